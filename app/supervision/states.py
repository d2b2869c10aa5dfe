"""The life of an export that is kept."""

from enum import StrEnum


class ExportState(StrEnum):
    """导出进度。"""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    EXPIRED = "expired"


EXPORT_STATE_ZH = {
    ExportState.RUNNING: "导出中",
    ExportState.FINISHED: "可下载",
    ExportState.FAILED: "未完成",
    ExportState.EXPIRED: "保存期满，已删除",
}
