"""The laboratory behind bench/run and bench/profile: processes, servers, load, and what is made of it."""
