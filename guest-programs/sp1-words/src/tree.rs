//! A search tree of words that is kept balanced by chance: a treap, whose chance
//! is the word's hash.

use core::hash::Hasher;

use alloc::boxed::Box;
use sp1_rt::hash::Fnv1a;

#[derive(Default)]
pub struct Tree<'a>(Option<Box<Node<'a>>>);

struct Node<'a> {
    word: &'a str,
    count: u64,
    /// No child has a greater one.
    rank: u64,
    left: Tree<'a>,
    right: Tree<'a>,
}

impl<'a> Tree<'a> {
    /// Takes in a word that is not there yet.
    pub fn insert(&mut self, word: &'a str, count: u64) {
        let mut hasher = Fnv1a::default();
        hasher.write(word.as_bytes());
        self.put(Box::new(Node {
            word,
            count,
            rank: hasher.finish(),
            left: Tree(None),
            right: Tree(None),
        }));
    }

    fn put(&mut self, mut new: Box<Node<'a>>) {
        match &mut self.0 {
            Some(node) if node.rank >= new.rank => {
                let side = if new.word < node.word {
                    &mut node.left
                } else {
                    &mut node.right
                };
                side.put(new);
            }
            _ => {
                (new.left, new.right) = core::mem::take(self).split(new.word);
                self.0 = Some(new);
            }
        }
    }

    /// The words before `word`, and the others.
    fn split(self, word: &str) -> (Self, Self) {
        let Some(mut node) = self.0 else {
            return (Tree(None), Tree(None));
        };
        if node.word < word {
            let (before, after) = node.right.split(word);
            node.right = before;
            (Tree(Some(node)), after)
        } else {
            let (before, after) = node.left.split(word);
            node.left = after;
            (before, Tree(Some(node)))
        }
    }

    /// Shows all words, in order.
    pub fn visit(&self, show: &mut impl FnMut(&'a str, u64)) {
        if let Some(node) = &self.0 {
            node.left.visit(show);
            show(node.word, node.count);
            node.right.visit(show);
        }
    }
}
