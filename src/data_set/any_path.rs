//! Serializes paths in JSON: as text, or as bytes if a name is not valid text.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

#[derive(Serialize, Deserialize)]
#[serde(untagged, expecting = "a path, as text or as a list of bytes")]
enum AnyPath {
    Text(PathBuf),
    Bytes(Vec<u8>),
}

const NO_TEXT: &str = "a path that is not text";

impl AnyPath {
    fn of<E: ser::Error>(path: &Path) -> Result<Self, E> {
        match path.to_str() {
            Some(_) => Ok(Self::Text(path.to_path_buf())),
            None if cfg!(unix) => Ok(Self::Bytes(path.as_os_str().as_encoded_bytes().to_vec())),
            // Where names are not made of bytes, there is nothing to write.
            None => Err(E::custom(NO_TEXT)),
        }
    }

    #[cfg_attr(unix, expect(clippy::unnecessary_wraps, reason = "elsewhere names are not made of bytes"))]
    fn path<E: de::Error>(self) -> Result<PathBuf, E> {
        match self {
            Self::Text(path) => Ok(path),
            #[cfg(unix)]
            Self::Bytes(bytes) => {
                use std::os::unix::ffi::OsStringExt as _;
                Ok(std::ffi::OsString::from_vec(bytes).into())
            }
            #[cfg(not(unix))]
            Self::Bytes(_) => Err(E::custom(NO_TEXT)),
        }
    }
}

pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    AnyPath::of::<S::Error>(path)?.serialize(serializer)
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PathBuf, D::Error> {
    AnyPath::deserialize(deserializer)?.path()
}

/// The same for a path that may be missing.
pub mod option {
    use super::{AnyPath, Deserialize, Deserializer, PathBuf, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde calls it")]
    pub fn serialize<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
        path.as_deref().map(AnyPath::of::<S::Error>).transpose()?.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
        Option::<AnyPath>::deserialize(deserializer)?.map(AnyPath::path).transpose()
    }
}
