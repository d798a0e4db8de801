//! The log of links, which emitted code appends to.

use super::link::{FIRST, First, Link, LinkHead};

/// Links, and room for more that emitted code may fill.
#[derive(Debug, Default)]
pub(super) struct LinkLog {
    links: Vec<Link>,
    /// Those that are the first of their word.
    firsts: Vec<First>,
}

impl LinkLog {
    /// An empty log in these buffers.
    pub(super) fn new((mut links, mut firsts): (Vec<Link>, Vec<First>)) -> LinkLog {
        links.clear();
        firsts.clear();
        LinkLog { links, firsts }
    }

    pub(super) fn into_buffers(self) -> (Vec<Link>, Vec<First>) {
        (self.links, self.firsts)
    }

    pub(super) fn push(&mut self, link: Link) {
        self.links.push(link);
    }

    /// An access to the word of this number, `before` until then, after that at the clock
    /// `last`; which becomes `clock`, if this one counts.
    #[inline]
    pub(super) fn link(&mut self, word: u64, last: &mut u64, before: u64, clock: Option<u64>) {
        let previous = *last;
        *last = clock.unwrap_or(previous);
        if previous == FIRST {
            let place = self.links.len() as u64;
            self.firsts.push(First { place, word });
        }
        self.push(Link { previous, before });
    }

    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    /// Makes room for so many links more, `firsts` of them the first of their word. False
    /// if the host has not so much.
    pub(super) fn make_room(&mut self, links: usize, firsts: usize) -> bool {
        let before = self.links.capacity();
        let made = self.links.try_reserve(links).is_ok() && self.firsts.try_reserve(firsts).is_ok();
        if self.links.capacity() != before {
            self.ask_for_huge_pages();
        }
        made
    }

    /// Asks the host for few large pages instead of many small ones, where there are to be
    /// links. It may refuse.
    ///
    /// PERF: a page that the host gives takes as long as the 256 links that it holds: the
    /// export of a trace of the guest sp1-ec takes 0.7 of the time (`rvjet trace export
    /// --format sp1 --threads 1`).
    fn ask_for_huge_pages(&mut self) {
        const PAGE: usize = 1 << 21;
        let start = self.links.as_mut_ptr().cast::<u8>();
        let bytes = self.links.capacity() * size_of::<Link>();
        let skipped = start.align_offset(PAGE);
        let whole = bytes.saturating_sub(skipped) / PAGE * PAGE;
        if whole == 0 {
            return;
        }
        // SAFETY: whole pages of the vector's own memory; the advice changes nothing that
        // is in them.
        let _refused = unsafe {
            let first = start.wrapping_add(skipped).cast();
            rustix::mm::madvise(first, whole, rustix::mm::Advice::LinuxHugepage)
        };
    }

    /// The addresses at which emitted code may append, to both.
    pub(super) fn ends(&mut self) -> (u64, u64) {
        let (links, firsts) = (self.links.len(), self.firsts.len());
        let next = self.links.as_mut_ptr().wrapping_add(links);
        let first = self.firsts.as_mut_ptr().wrapping_add(firsts);
        (next as u64, first as u64)
    }

    /// Takes in what emitted code has appended since [`LinkLog::ends`] gave the
    /// head its addresses, but for the last `unused` links; returns how many.
    pub(super) fn take_in(&mut self, head: &LinkHead, unused: u64) -> u64 {
        let (next, first) = self.ends();
        let bytes = head.next.saturating_sub(next) as usize;
        let made = (bytes / size_of::<Link>()).saturating_sub(unused as usize);
        let len = (self.links.len() + made).min(self.links.capacity());
        let noted = head.firsts.saturating_sub(first) as usize / size_of::<First>();
        let old = self.firsts.len();
        let firsts = (old + noted).min(self.firsts.capacity());
        // SAFETY: within the capacities. Emitted code has written all links before
        // the `unused`, for it makes room for none but those of accesses, and each
        // of these writes its own (`jit::lower::link`); and firsts in full
        // before it moved their pointer on (`jit::stubs`).
        unsafe {
            self.links.set_len(len);
            self.firsts.set_len(firsts);
        }
        let start = self.links.as_ptr() as u64;
        for First { place, .. } in &mut self.firsts[old..] {
            *place = place.wrapping_sub(start) / size_of::<Link>() as u64;
        }
        made as u64
    }
}

impl Link {
    /// These links as bytes: of each its clock and its value, both little-endian.
    #[cfg(target_endian = "little")]
    pub fn bytes(links: &[Link]) -> std::borrow::Cow<'_, [u8]> {
        const _: () = assert!(size_of::<Link>() == 2 * size_of::<u64>());
        // SAFETY: two numbers and no padding; any byte is one.
        let bytes =
            unsafe { std::slice::from_raw_parts(links.as_ptr().cast(), size_of_val(links)) };
        std::borrow::Cow::Borrowed(bytes)
    }

    /// These links as bytes: of each its clock and its value, both little-endian.
    #[cfg(not(target_endian = "little"))]
    pub fn bytes(links: &[Link]) -> std::borrow::Cow<'_, [u8]> {
        let words = links.iter().flat_map(|link| [link.previous, link.before]);
        std::borrow::Cow::Owned(words.flat_map(u64::to_le_bytes).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_take_no_room_from_emitted_code() {
        let mut log = LinkLog::default();
        // Words may be noted more than once: calls look at some without a trace.
        (0..100).for_each(|word| log.link(word % 8, &mut { FIRST }, 0, None));
        assert!(log.make_room(1, 8));
        assert!(log.firsts.capacity() - log.firsts.len() >= 8);
    }
}
