"""Pictures in a document: the room that they get, and the words around them."""
