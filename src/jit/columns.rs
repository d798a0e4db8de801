//! Numbers as bytes, small ones in few: LEB128, seven bits a byte, the low ones first.
#![forbid(unsafe_code)]

/// Bytes that grow at their end.
#[derive(Debug, Default)]
pub(super) struct Output(pub(super) Vec<u8>);

impl Output {
    pub(super) fn byte(&mut self, value: u8) {
        self.0.push(value);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.byte(value as u8 | 0x80);
            value >>= 7;
        }
        self.byte(value as u8);
    }

    pub(super) fn count(&mut self, value: usize) {
        self.number(value as u64);
    }

    /// The difference of two numbers: small ones are near zero on either side.
    pub(super) fn change(&mut self, from: u64, to: u64) {
        let difference = to.wrapping_sub(from).cast_signed();
        self.number(((difference << 1) ^ (difference >> 63)).cast_unsigned());
    }
}

/// Bytes that shrink at their start. What they do not have is nothing.
#[derive(Debug)]
pub(super) struct Input<'a>(pub(super) &'a [u8]);

impl Input<'_> {
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, left) = self.0.split_first_chunk()?;
        self.0 = left;
        Some(*taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    /// A number that fits the type.
    #[inline]
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            value |= bits << shift;
            if byte < 0x80 {
                let whole = value >> shift == bits;
                return whole.then(|| T::try_from(value).ok()).flatten();
            }
        }
        None
    }

    /// As [`Input::number`], so much more than `from`.
    #[inline]
    pub(super) fn more(&mut self, from: usize) -> Option<usize> {
        from.checked_add(self.number()?)
    }

    /// The number that differs from `from` by what comes next.
    #[inline]
    pub(super) fn change(&mut self, from: u64) -> Option<u64> {
        let zigzag: u64 = self.number()?;
        let change = (zigzag >> 1).cast_signed() ^ -(zigzag & 1).cast_signed();
        Some(from.wrapping_add_signed(change))
    }

    /// A number of things that are there, for each takes a byte at the least.
    pub(super) fn count(&mut self) -> Option<usize> {
        self.number().filter(|&count| count <= self.0.len())
    }

    /// A number of things, and these.
    pub(super) fn many<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.count()?;
        // A thing takes more room than its bytes: the rest is given as things turn up.
        let mut things = Vec::with_capacity(count.min(1 << 8));
        for _ in 0..count {
            things.push(read(self)?);
        }
        Some(things)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBERS: [u64; 9] = [
        0,
        1,
        0x7f,
        0x80,
        300,
        1 << 35,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ];

    #[test]
    fn what_is_written_is_read() {
        let mut out = Output::default();
        for number in NUMBERS {
            out.number(number);
            out.change(5, number);
        }
        let mut input = Input(&out.0);
        for number in NUMBERS {
            assert_eq!(input.number(), Some(number));
            assert_eq!(input.change(5), Some(number));
        }
        assert_eq!(input.number::<u64>(), None);
    }

    #[test]
    fn what_does_not_fit_is_nothing() {
        assert_eq!(Input(&[0xff; 9]).number::<u64>(), None);
        assert_eq!(Input(&[0xff; 20]).number::<u64>(), None);
        let beyond = [&[0xff; 9][..], &[2]].concat();
        assert_eq!(Input(&beyond).number::<u64>(), None);
        assert_eq!(Input(&[0x80, 0x02]).number::<u8>(), None);
        assert_eq!(Input(&[3, 1, 2]).many(Input::byte), None);
        assert_eq!(Input(&[2, 1, 2]).many(Input::byte), Some(vec![1, 2]));
    }
}
