//! What shows that bytes are not those that were written.

use crate::trace::Digest;

/// Why a part of a file cannot be what a writer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The checksum of a preamble, trailer or block header.
    #[error("its header's checksum is {computed:#010x}, the file says {stated:#010x}")]
    HeaderChecksum {
        /// In the file.
        stated: u32,
        /// Of what is in the file.
        computed: u32,
    },
    /// The checksum of a block's stored bytes.
    #[error("its checksum is {computed:#010x}, the file says {stated:#010x}")]
    Checksum {
        /// In the file.
        stated: u32,
        /// Of what is in the file.
        computed: u32,
    },
    /// The digest of a block's content.
    #[error("its digest is {computed}, the file says {stated}")]
    Digest {
        /// In the file.
        stated: Digest,
        /// Of what is in the file.
        computed: Digest,
    },
    /// The block is of another kind.
    #[error("a block {}, expected {}", found.escape_ascii(), expected.escape_ascii())]
    Tag {
        /// The tag that should be there.
        expected: [u8; 4],
        /// The tag that is.
        found: [u8; 4],
    },
    /// A codec that there is not.
    #[error("its codec is {found}")]
    Codec {
        /// Its number.
        found: u8,
    },
    /// Bytes that are to be zero are not.
    #[error("bytes that are to be zero are not")]
    NotZero,
    /// More content than a block has.
    #[error("{bytes} bytes of content, the most is {limit}", limit = super::MAX_CONTENT)]
    TooLarge {
        /// How much.
        bytes: u64,
    },
    /// Stored bytes that are not as many as the content's, or, compressed, not fewer.
    #[error("{stored} bytes are stored for {content} bytes of content")]
    Lengths {
        /// Stored.
        stored: u64,
        /// Of content.
        content: u64,
    },
    /// The stored bytes are not one zstd frame of the stated content.
    #[error("its stored bytes are no zstd frame of the stated length")]
    Zstd,
    /// The trailer does not start as one does.
    #[error("it starts with {found:02x?}")]
    TrailerMagic {
        /// Its first bytes.
        found: [u8; 8],
    },
    /// A place in the file that is no multiple of the alignment, or not in the file.
    #[error("it says that something is at byte {offset}")]
    Offset {
        /// Where.
        offset: u64,
    },
    /// The index is no whole number of entries.
    #[error("{bytes} bytes are no whole number of index entries")]
    Entries {
        /// Bytes of content.
        bytes: u64,
    },
}

/// What has changed the bytes of a file that was a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mangling {
    /// CR LF has become LF.
    #[error("line ends were converted from CR LF to LF")]
    CrLfToLf,
    /// LF has become CR LF.
    #[error("line ends were converted from LF to CR LF")]
    LfToCrLf,
    /// The high bit of each byte is gone.
    #[error("bytes were cut to seven bits")]
    SevenBit,
    /// It was taken for text, and encoded as UTF-8.
    #[error("bytes were encoded as text in UTF-8")]
    Utf8,
}
