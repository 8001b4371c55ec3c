"""Texts whose fate under the shipped model and rules is beyond doubt."""

KIND = "Thank you for this thoughtful article, I learned a lot about the harbour."
NASTY = "You are a worthless piece of shit, you fucking idiot."
DOUBTFUL = (
    "My neighbour said kys to the referee last night, which was not kind."  # a listed phrase: a person looks
)
