"""Serves the small real model on loopback until its standard input is closed.

Arguments: weights, key, port, tokens of the longest answer.
"""

import sys

import xllamacpp

weights, key, port, longest = sys.argv[1:]
params = xllamacpp.CommonParams()
params.model.path = weights
params.model_alias = {"smollm2"}
params.hostnames = ["127.0.0.1"]
params.port = int(port)
params.api_keys = [key]
params.n_ctx = 4096
params.n_parallel = 1
params.n_predict = int(longest)
params.sampling.temp = 0.0
params.cpuparams.n_threads = 1  # two wait for each other by spinning: on busy cores that is most of what they do
params.warmup = False
params.ui = False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
