"""Reports: texts with figures in them."""
