"""The HTTP door: parse, ask the store or call one workflow, present. Nothing is computed here twice."""
