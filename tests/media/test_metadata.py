"""Recipes in picture files, read back by Pillow as an independent reader."""

import io
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from chat_tui.errors import MediaError
from chat_tui.media.metadata import recipe_in, recipe_of_file, with_recipe
from chat_tui.media.recipe import MAX_BYTES, Recipe, from_json, to_json, to_parameters
from tests.media import pictures

RECIPE = Recipe(
    prompt="a <fox> & a crane,\nin ink: 狐と鶴 \U0001f98a",
    revised_prompt="A fox and a crane drawn in ink",
    provider="painter",
    model="flux/dev",
    seed=2**63 + 5,
    width_px=40,
    height_px=30,
    created=datetime(2026, 11, 20, 21, 4, tzinfo=UTC),
    parameters={"num_inference_steps": 28, "guidance_scale": 3.5, "negative_prompt": "blur"},
)
FORMS = ("PNG", "JPEG", "WEBP")


def drawn(form: str, mode: str = "RGB", **options: object) -> bytes:
    picture = Image.linear_gradient("L").resize((40, 30)).convert(mode)
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def user_comment(data: bytes) -> str:
    comment = opened(data).getexif().get_ifd(0x8769)[0x9286]
    assert comment.startswith(b"UNICODE\0")
    return str(comment[8:].decode("utf-16-be"))


def png_chunk(name: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + checksum


def png_with(*chunks: bytes) -> bytes:
    data = drawn("PNG")
    return data[:33] + b"".join(chunks) + data[33:]


@pytest.mark.parametrize("form", FORMS)
def test_a_recipe_comes_back(form: str) -> None:
    assert recipe_in(with_recipe(drawn(form), RECIPE)) == RECIPE


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("JPEG", "L", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("WEBP", "RGBA", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"lossless": True}),
    ],
)
def test_no_pixel_changes(form: str, mode: str, options: dict[str, object]) -> None:
    data = drawn(form, mode, **options)
    before, after = opened(data), opened(with_recipe(data, RECIPE))
    assert (after.mode, after.size, after.format) == (before.mode, before.size, before.format)
    assert after.tobytes() == before.tobytes()


def test_pillow_reads_both_chunks_of_a_png_before_its_pixels() -> None:
    picture = Image.open(io.BytesIO(with_recipe(drawn("PNG"), RECIPE)))
    assert from_json(picture.info["chat-tui"].encode()) == RECIPE
    assert picture.info["parameters"] == to_parameters(RECIPE)


def test_a_prompt_in_latin_letters_makes_a_chunk_that_every_program_reads() -> None:
    data = with_recipe(drawn("PNG"), Recipe(prompt="ein Fuchs, müde"))
    assert b"tEXtparameters\0ein Fuchs, m\xfcde\n" in data
    assert opened(data).info["parameters"].startswith("ein Fuchs, müde\n")


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_pillow_reads_the_comment_and_the_xmp(form: str) -> None:
    data = with_recipe(drawn(form), RECIPE)
    assert user_comment(data) == to_parameters(RECIPE)
    assert opened(data).getexif()[0x0131].startswith("chat-tui ")
    assert b"<chattui:recipe>" in opened(data).info["xmp"]


def test_the_parameters_are_as_other_programs_write_them() -> None:
    assert to_parameters(RECIPE).splitlines()[:2] == [
        "a <fox> & a crane,",
        "in ink: 狐と鶴 \U0001f98a",
    ]
    assert to_parameters(RECIPE).splitlines()[2] == "Negative prompt: blur"
    assert (
        to_parameters(RECIPE)
        .splitlines()[3]
        .startswith(
            "Steps: 28, CFG scale: 3.5, Seed: 9223372036854775813, Size: 40x30, Model: flux/dev,"
            " Provider: painter, Version: chat-tui "
        )
    )


def test_a_value_with_signs_of_the_form_is_quoted() -> None:
    text = to_parameters(Recipe(prompt="x", model="a, b: c", parameters={"style": 'the "old"'}))
    assert 'Model: "a, b: c"' in text
    assert r'Style: "the \"old\""' in text


@pytest.mark.parametrize("form", FORMS)
def test_a_later_recipe_takes_the_place_of_an_earlier_one(form: str) -> None:
    once = with_recipe(drawn(form), Recipe(prompt="first"))
    twice = with_recipe(once, Recipe(prompt="second"))
    assert recipe_in(twice) == Recipe(prompt="second")
    assert twice.count(b'"format":"chat-tui/1"') <= 1


def test_what_a_server_wrote_into_a_png_stays() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("parameters", "theirs")
    info.add_text("Title", "x")
    picture = opened(with_recipe(drawn("PNG", pnginfo=info), RECIPE))
    assert picture.info["parameters"] == "theirs"
    assert picture.info["Title"] == "x"
    assert from_json(picture.info["chat-tui"].encode()) == RECIPE


@pytest.mark.parametrize("form", ["JPEG", "WEBP"])
def test_how_a_picture_is_turned_stays(form: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = with_recipe(drawn(form, exif=exif.tobytes()), RECIPE)
    assert opened(data).getexif()[0x0112] == 6
    assert recipe_in(data) == RECIPE


def test_a_jpeg_with_xmp_keeps_it_and_gets_a_comment() -> None:
    data = with_recipe(drawn("JPEG", xmp=b"<x:xmpmeta/>"), RECIPE)
    assert opened(data).info["xmp"] == b"<x:xmpmeta/>"
    assert recipe_in(data) == RECIPE


def test_a_recipe_without_room_in_a_jpeg_is_left_out_and_the_picture_is_whole() -> None:
    long = Recipe(prompt="狐" * 60_000)
    data = with_recipe(drawn("JPEG"), long)
    assert recipe_in(data) is None
    assert opened(data).tobytes() == opened(drawn("JPEG")).tobytes()
    assert recipe_in(with_recipe(drawn("PNG"), long)) == long


def test_lone_surrogates_and_controls_do_no_harm() -> None:
    odd = Recipe(prompt="a\ud800b\0c\x1b[31m\uffff", parameters={"x": "\udfff"})
    for form in FORMS:
        data = with_recipe(drawn(form), odd)
        found = recipe_in(data)
        assert found is not None
        assert found.prompt == "a\ufffdb\0c\x1b[31m\uffff"
        opened(data)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_cut_off_stays_as_it_is_or_stays_readable(form: str) -> None:
    data = drawn(form)
    for end in range(0, len(data), 7):
        cut = data[:end]
        assert recipe_in(cut) is None
        written = with_recipe(cut, RECIPE)
        assert written == cut or recipe_in(written) in (None, RECIPE)


def test_a_gif_stays_as_it_is() -> None:
    data = drawn("GIF", "P")
    assert with_recipe(data, RECIPE) == data
    assert recipe_in(data) is None


@given(st.binary(max_size=300), st.sampled_from([b"", *map(drawn, FORMS)]))
def test_no_bytes_make_the_reader_or_the_writer_fail(rest: bytes, before: bytes) -> None:
    recipe_in(before[:40] + rest)
    with_recipe(before[:40] + rest, RECIPE)


@given(st.data(), st.sampled_from([with_recipe(drawn(form), RECIPE) for form in FORMS]))
def test_no_damage_makes_the_reader_fail(data: st.DataObject, file: bytes) -> None:
    at = data.draw(st.integers(0, len(file) - 1))
    damaged = bytearray(file)
    damaged[at : at + 4] = data.draw(st.binary(min_size=1, max_size=4))
    recipe_in(bytes(damaged))
    with_recipe(bytes(damaged), RECIPE)


def test_a_text_that_unpacks_without_end_is_not_followed() -> None:
    bomb = zlib.compress(b" " * 50_000_000)
    content = b"chat-tui\0\x01\0\0\0" + bomb
    assert recipe_in(png_with(png_chunk(b"iTXt", content))) is None


def test_a_packed_text_is_read() -> None:
    content = b"chat-tui\0\x01\0\0\0" + zlib.compress(to_json(RECIPE).encode())
    assert recipe_in(png_with(png_chunk(b"iTXt", content))) == RECIPE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\0\x01",
        b"\0\x01\0\0\0not packed",
        b"\0\x01\x07\0\0" + zlib.compress(b"{}"),
        b"\0\0\0\0\0not json",
        b'\0\0\0\0\0{"format":"chat-tui/9"}',
        b'\0\0\0\0\0{"format":"chat-tui/1","seed":"x"}',
        b'\0\0\0\0\0{"format":"chat-tui/1","parameters":' + b'{"a":' * 20_000,
        b"\0\0\0\0\0" + b"\xff\xfe",
        b"\0\0\0\0\0" + b" " * (MAX_BYTES + 1),
    ],
)
def test_a_hostile_text_is_none(content: bytes) -> None:
    assert recipe_in(png_with(png_chunk(b"iTXt", b"chat-tui" + content))) is None


def test_a_damaged_chunk_is_passed_over() -> None:
    wrong = png_chunk(b"iTXt", b"chat-tui\0\0\0\0\0" + to_json(Recipe(prompt="wrong")).encode())
    data = png_with(
        wrong[:-1] + b"\0", png_chunk(b"tEXt", b"chat-tui\0" + b'{"format":"chat-tui/1"}')
    )
    assert recipe_in(data) == Recipe()


def test_a_file_of_a_million_chunks_is_given_up() -> None:
    data = drawn("PNG")
    many = data[:33] + png_chunk(b"teSt", b"") * 60_000 + data[33:]
    assert recipe_in(many) is None
    assert with_recipe(many, RECIPE) == many


def test_entities_are_not_expanded() -> None:
    packet = (
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
        b"<chattui:recipe>&b;&b;</chattui:recipe>"
    )
    assert recipe_in(drawn("JPEG", xmp=packet)) is None


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(with_recipe(drawn("PNG"), RECIPE))
    assert recipe_of_file(path) == RECIPE


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (drawn("PNG"), "does not say what it was made with"),
        (b"hello", "is not a PNG, JPEG, WebP or GIF"),
        (b"", "is not a PNG"),
        (pictures.png(100_000, 100_000), "megapixels"),
    ],
)
def test_a_file_without_a_recipe_says_why(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(data)
    with pytest.raises(MediaError, match=told):
        recipe_of_file(path)


def test_a_folder_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="is not a file"):
        recipe_of_file(tmp_path)
