"""The workbench: local web pages where an analyst moves an input and sees the answer move."""
