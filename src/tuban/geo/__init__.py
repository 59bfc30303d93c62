"""What GIS libraries do, in our words: formats, reference systems, area, overlay, tiles."""
