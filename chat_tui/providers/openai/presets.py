"""Presets: the addresses of common services that speak OpenAI's dialect, and their usual keys.

Addresses and variables as the services' own pages give them (read 2026-11-20). A service whose
model list is elsewhere, or that has none, is not asked for it.
"""

from typing import Final

import msgspec


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """What `preset = "name"` fills in."""

    title: str
    """What the service calls itself."""
    base_url: str
    key_env: str | None = None
    """The variable that usually holds the key; null for a server on the user's own machine."""
    lists_models: bool = True
    """False: there is no `/models` below the address."""

    @property
    def local(self) -> bool:
        """Whether the server is on the user's own machine, and asks for no key."""
        return self.key_env is None


PRESETS: Final[dict[str, Preset]] = {
    "cerebras": Preset(
        title="Cerebras", base_url="https://api.cerebras.ai/v1", key_env="CEREBRAS_API_KEY"
    ),
    "deepseek": Preset(
        title="DeepSeek", base_url="https://api.deepseek.com/v1", key_env="DEEPSEEK_API_KEY"
    ),
    "fireworks": Preset(
        title="Fireworks AI",
        base_url="https://api.fireworks.ai/inference/v1",
        key_env="FIREWORKS_API_KEY",
    ),
    "github": Preset(
        title="GitHub Models",
        base_url="https://models.github.ai/inference",
        key_env="GITHUB_TOKEN",
        lists_models=False,
    ),
    "groq": Preset(title="Groq", base_url="https://api.groq.com/openai/v1", key_env="GROQ_API_KEY"),
    "huggingface": Preset(
        title="Hugging Face", base_url="https://router.huggingface.co/v1", key_env="HF_TOKEN"
    ),
    "jan": Preset(title="Jan", base_url="http://127.0.0.1:1337/v1"),
    "llamacpp": Preset(title="llama.cpp", base_url="http://127.0.0.1:8080/v1"),
    "lmstudio": Preset(title="LM Studio", base_url="http://127.0.0.1:1234/v1"),
    "localai": Preset(title="LocalAI", base_url="http://127.0.0.1:8080/v1"),
    "mistral": Preset(
        title="Mistral", base_url="https://api.mistral.ai/v1", key_env="MISTRAL_API_KEY"
    ),
    "nvidia": Preset(
        title="NVIDIA NIM",
        base_url="https://integrate.api.nvidia.com/v1",
        key_env="NVIDIA_API_KEY",
    ),
    "ollama-openai": Preset(
        title="Ollama, by OpenAI's dialect", base_url="http://127.0.0.1:11434/v1"
    ),
    "openrouter": Preset(
        title="OpenRouter", base_url="https://openrouter.ai/api/v1", key_env="OPENROUTER_API_KEY"
    ),
    "perplexity": Preset(
        title="Perplexity",
        base_url="https://api.perplexity.ai",
        key_env="PERPLEXITY_API_KEY",
        lists_models=False,
    ),
    "together": Preset(
        title="Together AI", base_url="https://api.together.xyz/v1", key_env="TOGETHER_API_KEY"
    ),
    "vllm": Preset(title="vLLM", base_url="http://127.0.0.1:8000/v1"),
    "xai": Preset(title="xAI", base_url="https://api.x.ai/v1", key_env="XAI_API_KEY"),
}
"""By the word that a configuration says, in alphabetical order."""


def lists_models(name: str) -> bool:
    """Whether a service tells its models; also where no preset is named."""
    preset = PRESETS.get(name)
    return preset is None or preset.lists_models
