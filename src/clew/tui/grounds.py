"""The two grounds: paper and slate, in greys, so that the only colours are those that mean something."""

from __future__ import annotations

from textual.theme import Theme

SLATE = Theme(
    name="clew-dark",
    dark=True,
    primary="#8fa3bf",
    secondary="#8fa3bf",
    accent="#8fa3bf",
    foreground="#d6dae0",
    background="#14161a",
    surface="#1b1e24",
    panel="#22262d",
    warning="#e3b341",
    error="#ff7b72",
    success="#d6dae0",
    variables={
        "block-cursor-blurred-background": "#2b3442",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-background": "#2b3442",
        "footer-key-foreground": "#aebfd6",
        "footer-description-foreground": "#9aa2ad",
        "scrollbar": "#3a404a",
        "scrollbar-background": "#1b1e24",
        "scrollbar-corner-color": "#1b1e24",
    },
)
PAPER = Theme(
    name="clew-light",
    dark=False,
    primary="#3d5a80",
    secondary="#3d5a80",
    accent="#3d5a80",
    foreground="#202124",
    background="#fcfcfa",
    surface="#f2f2ee",
    panel="#e8e8e3",
    warning="#8a5a00",
    error="#b3261e",
    success="#202124",
    variables={
        "block-cursor-blurred-background": "#d9e4f2",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#d9e4f2",
        "footer-key-foreground": "#2b4a75",
        "footer-description-foreground": "#55595f",
        "scrollbar": "#bfc3c9",
        "scrollbar-background": "#f2f2ee",
        "scrollbar-corner-color": "#f2f2ee",
    },
)
