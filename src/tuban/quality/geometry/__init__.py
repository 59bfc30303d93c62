"""Pure geometry of the inspection: frames and arrays in, faults with their true shape out."""
