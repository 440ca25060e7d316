"""The hotline desk: a call taken down, handed on, or made to ask whether the problem is solved."""
