//! Serializes paths in JSON: as text, or as bytes if a name is not valid text.

use std::path::{Path, PathBuf};

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a path, as text or as a list of bytes")]
enum AnyPath {
    Text(PathBuf),
    Bytes(Vec<u8>),
}

impl AnyPath {
    fn of(path: &Path) -> Option<Self> {
        if path.to_str().is_some() {
            return Some(Self::Text(path.to_path_buf()));
        }
        // Where names are not made of bytes, there is nothing to write.
        cfg!(unix).then(|| Self::Bytes(path.as_os_str().as_encoded_bytes().to_vec()))
    }

    fn path(self) -> Result<PathBuf, &'static str> {
        match self {
            Self::Text(path) => Ok(path),
            Self::Bytes(bytes) => path_of(bytes),
        }
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere names are not made of bytes")]
fn path_of(bytes: Vec<u8>) -> Result<PathBuf, &'static str> {
    use std::os::unix::ffi::OsStringExt as _;
    Ok(std::ffi::OsString::from_vec(bytes).into())
}

#[cfg(not(unix))]
fn path_of(_: Vec<u8>) -> Result<PathBuf, &'static str> {
    Err(NO_TEXT)
}

const NO_TEXT: &str = "a path that is not text";

pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    AnyPath::of(path).ok_or_else(|| S::Error::custom(NO_TEXT))?.serialize(serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    AnyPath::deserialize(deserializer)?.path().map_err(D::Error::custom)
}

/// The same for a path that may be missing.
pub mod option {
    use super::{AnyPath, NO_TEXT};
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::path::PathBuf;

    #[expect(clippy::ref_option, reason = "serde calls it")]
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
        let any = path.as_deref().map(|path| AnyPath::of(path).ok_or_else(|| S::Error::custom(NO_TEXT)));
        any.transpose()?.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
        let any = Option::<AnyPath>::deserialize(deserializer)?;
        any.map(|any| any.path().map_err(D::Error::custom)).transpose()
    }
}
