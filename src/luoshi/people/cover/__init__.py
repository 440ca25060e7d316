"""代班: who stands in for whom, from–to. What it gives is made in `people.viewer`; here it is arranged and ended."""
