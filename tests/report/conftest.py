"""The sample plan of the app's tests serves here too."""

from tests.app.conftest import calm, real, report, sample

__all__ = ["calm", "real", "report", "sample"]
