"""The benchmarks run, and their parts do what the tables rest on."""
