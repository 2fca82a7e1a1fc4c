"""Two-word names by which staff speak of a contribution without touching its content."""

from __future__ import annotations

import random

COLOURS = (
    "Amber Ash Azure Brown Copper Coral Cream Dusk Fawn Fern Green Grey Hazel Indigo Ivory Jade Lilac Lime Maroon "
    "Mauve Mint Moss Navy Ochre Olive Opal Pearl Pine Plum Rose Ruby Russet Sage Sand Silver Slate Straw Teal Umber Violet"
).split()
BIRDS = (
    "Avocet Bittern Bunting Chough Coot Crane Curlew Dipper Dove Dunlin Egret Eider Falcon Finch Gannet Godwit Goshawk "
    "Grebe Gull Heron Ibis Jackdaw Jay Kestrel Kite Knot Lapwing Lark Linnet Magpie Martin Merlin Osprey Ouzel Owl "
    "Petrel Pipit Plover Puffin Quail Rail Raven Robin Rook Ruff Shrike Siskin Skua Snipe Starling Stork Swallow Swan "
    "Swift Teal Tern Thrush Tit Wagtail Warbler Whimbrel Wren"
).split()


def new_alias(chooser: random.Random) -> str:
    """Such as "Teal Heron 417"; the number keeps two of the same colour and bird apart."""
    return f"{chooser.choice(COLOURS)} {chooser.choice(BIRDS)} {chooser.randrange(100, 1000)}"
