"""`resolve --engine spark`: pairs are found and weighed by Splink on Spark.

`asking` says what Splink is given, `levels` answers its questions on the machines of Spark and
`tables` is what lies between; these are plain Python. `job` alone imports Splink and Spark.
`engine` takes the place of the pairs a bulk run finds itself; the rest of the run is the same.
"""
