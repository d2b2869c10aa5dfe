"""The homestead, the whole way (宅基地建房一网通办): from a household's application to the register of house and land."""
