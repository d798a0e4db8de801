//! Content being written.

use super::varint::{self, MAX_BYTES, zigzag};
use crate::trace::Digest;

/// Bytes that grow at their end. All numbers are little-endian.
#[derive(Debug, Default)]
pub(in crate::trace) struct Output(pub Vec<u8>);

impl Output {
    pub fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub fn word32(&mut self, value: u32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn word(&mut self, value: u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }

    pub fn words(&mut self, values: impl IntoIterator<Item = u64>) {
        values.into_iter().for_each(|value| self.word(value));
    }

    pub fn digest(&mut self, digest: &Digest) {
        self.0.extend_from_slice(&digest.0);
    }

    pub fn varint(&mut self, value: u64) {
        let mut bytes = [0; MAX_BYTES];
        let length = varint::put(&mut bytes, value);
        self.0.extend_from_slice(&bytes[..length]);
    }

    /// The difference of two numbers, modulo 2^64.
    pub fn change(&mut self, from: u64, to: u64) {
        self.varint(zigzag(to.wrapping_sub(from).cast_signed()));
    }

    pub fn signed(&mut self, value: u64) {
        self.change(0, value);
    }

    /// The length, then the bytes.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.varint(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }
}
