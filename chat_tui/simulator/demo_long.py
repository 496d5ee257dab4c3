"""The demo's long reply, for trying scrolling."""

LONG_TEXT = """\
# Talking to machines by typing

This is a long text, so that you can try scrolling: **PageUp** and **PageDown** or the wheel. \
While you read further up, the view stays where you are; back at the end it follows again.

## Paper

The first terminals were printers with a keyboard. A *teleprinter* sent one code for each key \
and printed what came back on a roll of paper. The Teletype Model 33, which came out in 1963, \
was slow, loud and cheap enough to stand beside almost every small computer of its time. It \
wrote ten characters a second, all of them capitals, and it left its mark on everything after \
it: the carriage that had to *return*, the paper that had to be *fed* by a line, and the bell \
that rang on the desk are still codes 13, 10 and 7 in every terminal program. The device files \
of Unix are called `tty` for the same reason.

In the same year the American standard code for information interchange was published. ASCII \
gave each letter seven bits, and kept 32 places at its start for codes that print nothing and \
*do* something. Reading a stream of text and acting on the codes inside it is still how a \
terminal works.

Paper had one great quality. Everything that had been said could be read again, in order, at \
any time, and nothing on it ever moved.

## Sharing a machine

A computer that waits for a person to type is idle most of the time. *Time-sharing* gives those \
moments to somebody else. The Compatible Time-Sharing System was shown at MIT in 1961, and \
within a few years dozens of people could sit at one machine, each with the impression of having \
it to themselves.

As soon as several people used one machine, they began to write to each other. There was mail \
between the users of one computer before there was a network, and commands to put a line of text \
straight onto the paper of somebody who was logged in. Chat is about as old as the terminal.

## The first conversation partners

In 1966 Joseph Weizenbaum published ELIZA, a program that kept up a conversation by turning what \
was typed into questions. Its best known script played a therapist. It had no knowledge of \
anything; it looked for keywords and filled patterns, very much as the simulator does that writes \
this reply. Weizenbaum was surprised by how readily people confided in it, and spent a good part \
of his later life warning about that.

A few years later Kenneth Colby wrote PARRY, which played a patient with paranoia. In 1972 the \
two programs were connected over the ARPANET, and the record of their talk was published as a \
network memo. It is short, funny, and gets nowhere.

Two lessons have stayed:

- A pleasant manner is easily taken for understanding.
- A program should say plainly what it is.

## Glass

Screens replaced the paper in the seventies. They were quiet and fast, but at first they were \
used like paper without a memory: lines came in at the bottom and were gone at the top. People \
called them *glass teletypes*.

Then the makers added codes to move the cursor, to clear a part of the screen, to write in bold \
or in reverse. Every maker chose different codes until a standard was agreed on. The VT100 of \
1978 was one of the first terminals that followed it, and it sold so well that its behaviour \
became what everybody expected. The program that you see this text in most likely understands \
the same sequences, each of them begun by the escape code.

With the cursor free to move, a program could draw a whole page: editors, mail readers, and in \
time the chat programs with a line to type in at the bottom and the conversation above it. \
Internet Relay Chat, written by Jarkko Oikarinen in 1988, made that layout familiar to a whole \
generation, and it has hardly changed since.

## More letters

Seven bits are enough for English. For everybody else there were code pages by the dozen, and \
text that turned into nonsense on the way from one to the next. Unicode set out to give every \
letter of every script a number of its own, and in 1992 Ken Thompson and Rob Pike found a way of \
writing those numbers that left plain ASCII as it was. They are said to have worked it out on a \
placemat in a diner. UTF-8 is now the usual encoding nearly everywhere.

For terminals that was only half of the work. A letter may be one cell wide or two, an accent \
may be a code by itself, and a small picture may be built from several codes that belong \
together. Counting cells is still where programs disagree.

## What stays

Half a century of this leaves a few rules that are worth keeping:

1. Text that has arrived belongs to the reader. It is not taken away, and it does not move.
2. The line that is being typed belongs to the writer. Nothing may land in the middle of it.
3. There is always a key that stops things, and it works at once.
4. What was said is kept.

The last line of a long text is a good place to check that the view has followed: this is it."""
