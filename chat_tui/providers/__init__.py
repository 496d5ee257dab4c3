"""Who answers: a package a kind, each two pure halves (encode, decode) and a thin shell."""
