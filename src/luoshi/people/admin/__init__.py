"""People in depth: who comes, moves and leaves; units and their reorganisation; administrators who confirm each other."""
