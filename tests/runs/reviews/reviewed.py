"""What users decided, read from a review database."""


def decided(database, run="r", cycle=0):
    return {
        row.sample: (row.decision, row.note, row.who)
        for row in database.decisions(run, cycle).itertuples()
    }
