//! Where things are in the checkout.

use std::path::{Path, PathBuf};

/// The root of this checkout (known since the build: cargo rebuilds what is moved).
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// The folder of the systems that `up` started.
pub fn up_dir() -> PathBuf {
    root().join(".cache/up")
}

/// What outlives checkouts and can be made again: `$XDG_CACHE_HOME/ironcore-ni`, else
/// `~/.cache/ironcore-ni`.
pub fn user_cache() -> PathBuf {
    let absolute = |name| {
        std::env::var_os(name)
            .map(PathBuf::from)
            .filter(|p| p.is_absolute())
    };
    absolute("XDG_CACHE_HOME")
        .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
        // Nobody's home (some containers): next to the checkout's other leftovers.
        .unwrap_or_else(|| root().join(".cache"))
        .join("ironcore-ni")
}
