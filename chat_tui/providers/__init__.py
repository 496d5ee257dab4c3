"""Who answers: one file a kind, each two pure halves (encode, decode) and a thin shell."""
