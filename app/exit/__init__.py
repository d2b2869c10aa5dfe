"""Voluntary paid exit (自愿有偿退出): of a contract right, of a homestead, of an income share, each by itself."""
