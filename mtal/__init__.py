"""mtal: active learning with task consistency and diversity for multi-task dense prediction.

Data flows one way: config -> worker (mtal.engine) -> run folder (mtal.runs) -> tables -> figures
-> pages. Importing this package costs nothing; the parts that compute load torch.
"""
