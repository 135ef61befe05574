"""Draws every picture of the samples again: `python -m bots.rehearsal.samples.draw_pictures [FOLDER]`."""

import sys
from pathlib import Path
from typing import Final

from bots.rehearsal.samples import election_pictures, storm_pictures

SAMPLES: Final = {"election-night": election_pictures.PICTURES, "storm": storm_pictures.PICTURES}


def draw(folder: Path) -> list[Path]:
    """Draw all pictures into the samples' own folders below this one, and say where they are."""
    drawn = []
    for sample, pictures in SAMPLES.items():
        (folder / sample).mkdir(parents=True, exist_ok=True)
        for name, picture in pictures.items():
            picture().save(folder / sample / name)
            drawn.append(folder / sample / name)
    return drawn


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
