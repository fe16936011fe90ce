"""An environment with Apache Spark, made when it is missing or was made for another lock."""

import shutil
import subprocess
import sys
from pathlib import Path

from left_out import leave_out

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-spark"
BUILD_LOCK = ROOT / "requirements" / "oracle-build.txt"  # Spark for Python is published as source alone
LOCK = ROOT / "requirements" / "spark.txt"
INSTALL_WITHIN = 900.0  # seconds; Spark alone has 450 MB


def spark_python() -> Path:
    """Return the Python of that environment; a test that asks for it is left out where there is no Java."""
    if shutil.which("java") is None:
        leave_out("java, for the dry run on Apache Spark (Debian, Ubuntu: apt-get install openjdk-17-jre-headless)")
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "lock.installed"
    lock = LOCK.read_text()
    if not (python.exists() and stamp.exists() and stamp.read_text() == lock):
        command = [sys.executable, ROOT / "release" / "install_lock.py", ENVIRONMENT, BUILD_LOCK, LOCK]
        subprocess.run([*command, "--sdist", "pyspark", "--project", ROOT], check=True, timeout=INSTALL_WITHIN)
        stamp.write_text(lock)
    return python
