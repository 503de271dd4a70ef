"""Trains Rasa's model when something it is made of has changed; Rasa's own cache makes that quick."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from interlude.message import InterludeError
from interlude.settings import HOME

_MADE_OF = ("config.yml", "domain.yml", "data/**/*.yml", "components/**/*.py", "requirements/rasa.txt")


def rasa_python() -> Path:
    """Rasa's interpreter. Raises InterludeError when its environment isn't there."""
    path = HOME / ".venv-rasa" / "bin" / "python"
    if not path.exists():
        raise InterludeError("Rasa's environment is missing; run `make setup`.")
    return path


def rasa_environment(**more: str) -> dict[str, str]:
    """The environment every Rasa process runs in: quiet, offline, no telemetry."""
    return {
        **os.environ,
        "RASA_TELEMETRY_ENABLED": "false",
        "SANIC_RESPONSE_TIMEOUT": "25",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TRANSFORMERS_OFFLINE": "1",
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": str(HOME),
        "PYTHONWARNINGS": "ignore",
        "TRANSFORMERS_VERBOSITY": "error",
        "LOG_LEVEL": "ERROR",
        **more,
    }


def fingerprint() -> str:
    """A hash over everything the model is made of."""
    digest = hashlib.sha256()
    for pattern in _MADE_OF:
        for path in sorted(HOME.glob(pattern)):
            digest.update(str(path.relative_to(HOME)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def model(models: Path) -> Path | None:
    """The trained model if it is of today's files, else None."""
    mark = models / "fingerprint"
    archive = models / "interlude.tar.gz"
    fresh = archive.is_file() and mark.is_file() and mark.read_text(encoding="utf-8") == fingerprint()
    return archive if fresh else None


def train(models: Path) -> Path:
    """Train if stale; returns the archive. Raises InterludeError with Rasa's last words when it fails."""
    found = model(models)
    if found is not None:
        return found
    models.mkdir(parents=True, exist_ok=True)
    now = fingerprint()
    done = subprocess.run(
        [rasa_python(), "-m", "rasa", "train", "--out", models, "--fixed-model-name", "interlude"],
        cwd=HOME,
        env=rasa_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    archive = models / "interlude.tar.gz"
    if done.returncode or not archive.is_file():
        last = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
        raise InterludeError(
            f"Training failed; mend what it names in data/, domain.yml or config.yml:\n{last}"
        )
    (models / "fingerprint").write_text(now, encoding="utf-8")
    return archive
