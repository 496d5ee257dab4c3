"""Writes a tiny random-weight llama model that llama.cpp loads and that talks in English words.

Needs `gguf` and `numpy`, which are no dependencies: run as a script by an interpreter that has
them. The same seed gives the same file.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CONTEXT_TOKENS = 8192
WIDTH = 64
HEADS = 4
LAYERS = 2
FEED_FORWARD = 128
SEED = 20_000

SPECIALS = ("<unk>", "<s>", "</s>")
_SENTENCE = (
    "the a one two small large old new red blue green quiet bright slow quick river mountain "
    "window garden letter paper lamp table bridge harbour morning evening winter summer music "
    "story answer question silver copper stone water wind snow rain tree bird horse ship road "
    "house door key book word line page turns opens closes carries follows finds keeps holds "
    "writes reads brings sings under over near beside before after while until and then"
)
WORDS = tuple(_SENTENCE.split())

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "assistant:"
)

UNKNOWN, NORMAL, CONTROL, BYTE = 2, 1, 3, 6
"""Token types as the format counts them."""


def write_model(path: Path, *, seed: int = SEED) -> None:
    """Write the model.

    Its weights are random but for one thing: the first number of the hidden state is the same
    for every token, and the output layer uses it to choose words only. So the model never ends
    by itself, and never breaks a character in two.

    Args:
        path: The file, replaced if it exists.
        seed: Of the weights.
    """
    import gguf  # type: ignore[import-not-found, unused-ignore]  # only where llama.cpp is
    import numpy as np  # type: ignore[import-not-found, unused-ignore]

    random = np.random.default_rng(seed)
    tokens, scores, kinds = _vocabulary()

    def weights(*shape: int, scale: float = 1.0) -> Any:
        return (random.standard_normal(shape) * scale / WIDTH**0.5).astype(np.float32)

    def inner(*shape: int) -> Any:
        """Weights whose result leaves the first number of the hidden state alone."""
        values = weights(*shape)
        values[0, :] = 0
        return values

    embedding = weights(len(tokens), WIDTH, scale=8.0)
    embedding[:, 0] = 4.0
    output = weights(len(tokens), WIDTH, scale=2.0)
    output[:, 0] = [20.0 if word else -20.0 for word in _are_words(tokens)]

    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(FEED_FORWARD)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores(scores)
    writer.add_token_types(kinds)
    writer.add_unk_token_id(SPECIALS.index("<unk>"))
    writer.add_bos_token_id(SPECIALS.index("<s>"))
    writer.add_eos_token_id(SPECIALS.index("</s>"))
    writer.add_chat_template(CHAT_TEMPLATE)

    ones = np.ones(WIDTH, dtype=np.float32)
    writer.add_tensor("token_embd.weight", embedding)
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        writer.add_tensor(f"{block}.attn_norm.weight", ones)
        for name in ("attn_q", "attn_k", "attn_v"):
            writer.add_tensor(f"{block}.{name}.weight", weights(WIDTH, WIDTH))
        writer.add_tensor(f"{block}.attn_output.weight", inner(WIDTH, WIDTH))
        writer.add_tensor(f"{block}.ffn_norm.weight", ones)
        writer.add_tensor(f"{block}.ffn_gate.weight", weights(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"{block}.ffn_up.weight", weights(FEED_FORWARD, WIDTH))
        writer.add_tensor(f"{block}.ffn_down.weight", inner(WIDTH, FEED_FORWARD))
    writer.add_tensor("output_norm.weight", ones)
    writer.add_tensor("output.weight", output)

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _vocabulary() -> tuple[list[str], list[float], list[int]]:
    """Specials, the 256 bytes, then the words: a SentencePiece vocabulary with byte fallback."""
    tokens = [*SPECIALS, *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [UNKNOWN, CONTROL, CONTROL, *[BYTE] * 256]
    scores = [0.0] * len(tokens)
    for rank, word in enumerate(dict.fromkeys(WORDS), start=1):
        tokens.append(f"▁{word}")
        kinds.append(NORMAL)
        scores.append(-float(rank))
    return tokens, scores, kinds


def _are_words(tokens: Sequence[str]) -> list[bool]:
    return [token.startswith("▁") for token in tokens]


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))
