from chat_tui.passthrough import passed_through, within_tmux


def test_only_a_name_of_a_server_is_tmux() -> None:
    assert within_tmux({"TMUX": "/tmp/x,1,0"})
    assert not within_tmux({"TMUX": ""})
    assert not within_tmux({})


def test_what_passes_through_has_its_escapes_doubled() -> None:
    assert passed_through("\x1b_Gq=2\x1b\\") == "\x1bPtmux;\x1b\x1b_Gq=2\x1b\x1b\\\x1b\\"
