"""The record: what happened. Episodes that ship, and loaders for the data of others."""

from demarche.record.episodes import (
    EpisodeTable,
    encode_situation,
    episode_table,
    episodes_hash,
    load_episodes,
    usable,
)

__all__ = [
    "EpisodeTable",
    "encode_situation",
    "episode_table",
    "episodes_hash",
    "load_episodes",
    "usable",
]
