"""Trains and evaluates the ranking model, checks its ONNX form, and announces it."""
