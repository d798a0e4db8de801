//! Patterns and their trees.

use super::{BYTES, check};
use crate::syntax::{Options, parse};
use std::string::String;

#[test]
fn sequences_and_alternatives_are_flat() {
    check(
        &Options::default(),
        &[
            ("", "()"),
            ("abc", "'abc'"),
            ("a(?:b(?:c))d", "'abcd'"),
            (
                "a(?:b.|c)d",
                "('a' (('b' ['\\0'-'\\t' '\\u{b}'-'\\u{10ffff}']) | 'c') 'd')",
            ),
            ("a|(?:b|c)|d", "('a' | 'b' | 'c' | 'd')"),
            ("a||", "('a' | () | ())"),
            ("()|(?:)a", "(1=() | 'a')"),
            ("é☃", r"'\xc3\xa9\xe2\x98\x83'"),
            ("(?:^a)(?:b$)", "(StartText 'ab' EndText)"),
        ],
    );
}

#[test]
fn groups_are_numbered_by_their_parentheses() {
    check(
        &Options::default(),
        &[
            ("((a)(?:b)(c))", "1=(2='a' 'b' 3='c')"),
            ("(?<x>a)(?P<y_1>b)(?'ζ'c)", "(1='a' 2='b' 3='c')"),
            ("(?>a|ab)c", "(atomic ('a' | 'ab') 'c')"),
            (
                "(?=a)(?!b)(?<=c)(?<!d|ef)",
                "(='a' !'b' <='c' <!('d' | 'ef'))",
            ),
            ("(?<=^a{2}(?=b*))c", "(<=(StartText 'a'{2,2} ='b'{0,}) 'c')"),
        ],
    );
    let hir = parse("(?<x>a)(b)(?<y>c){0}", &Options::default()).unwrap();
    assert_eq!(
        hir.groups,
        [None, Some("x"), None, Some("y")].map(|name| name.map(String::from))
    );
}

#[test]
fn quantifiers_repeat_the_atom_before_them() {
    check(
        &Options::default(),
        &[
            ("ab?c*d+", "('a' 'b'{0,1} 'c'{0,} 'd'{1,})"),
            ("a??b*?c+?d{2}?", "('a'{0,1}? 'b'{0,}? 'c'{1,}? 'd'{2,2}?)"),
            ("a?+b*+c++d{2,}+", "('a'{0,1}+ 'b'{0,}+ 'c'{1,}+ 'd'{2,}+)"),
            (
                "a{2,3}b{4,}c{,5}d{ 6 , 7 }",
                "('a'{2,3} 'b'{4,} 'c'{0,5} 'd'{6,7})",
            ),
            ("a{1}b{0}c{0,0}d{1}?", "'ad'"),
            ("a{1}+", "'a'{1,1}+"),
            ("(?:)*", "()"),
            ("a**", "'a'{0,}{0,}"),
            ("a*+*", "'a'{0,}+{0,}"),
            ("(?:ab)*\\b+(?=c)?", "('ab'{0,} Word{1,} ='c'{0,1})"),
            ("é*", r"'\xc3\xa9'{0,}"),
            (
                "((a{65535}){65535}){65535}",
                "1=2='a'{65535,65535}{65535,65535}{65535,65535}",
            ),
        ],
    );
}

#[test]
fn braces_that_are_no_quantifier_stand_for_themselves() {
    check(
        &Options::default(),
        &[
            ("{", "'{'"),
            ("a{", "'a{'"),
            ("a{}", "'a{}'"),
            ("a{,}", "'a{,}'"),
            ("a{b}", "'a{b}'"),
            ("a{1", "'a{1'"),
            ("a{1,2,3}", "'a{1,2,3}'"),
            ("{{2}", "'{'{2,2}"),
            ("a}]", "'a}]'"),
        ],
    );
}

#[test]
fn escapes_are_characters_and_assertions() {
    check(
        &Options::default(),
        &[
            (r"\a\t\n\v\f\r\e\0", r"'\x07\t\n\x0b\x0c\r\x1b\x00'"),
            (r"\.\\\/\-\ \<\_\{", r"'.\\/- <_{'"),
            (
                r"\x41\x{42}\x{1F600}\u0043\u{44}\U00000045",
                r"'AB\xf0\x9f\x98\x80CDE'",
            ),
            (r"\xFF", r"'\xc3\xbf'"),
            (
                r"\A\z\Z\b\B",
                "(StartText EndText EndTextOrNewline Word NotWord)",
            ),
        ],
    );
    check(
        &BYTES,
        &[
            (r"\xFF\x41\x{FF}\u00FF", r"'\xffA\xc3\xbf\xc3\xbf'"),
            (r"\xFF*é*", r"('\xff'{0,} '\xc3\xa9'{0,})"),
            (r"\b\B", "(WordAscii NotWordAscii)"),
            (".(?s:.)", r"([\x00-\t\x0b-\xff] [\x00-\xff])"),
        ],
    );
}

#[test]
fn flags_hold_to_the_end_of_their_group() {
    check(
        &Options::default(),
        &[
            ("a(?i)b|c", "(('a' [Bb]) | [Cc])"),
            ("(?:(?i)a)b", "([Aa] 'b')"),
            ("(?i:a(?-i)b)c", "([Aa] 'bc')"),
            ("(?i-i:a)(?)", "'a'"),
            (
                "^$(?m)^$(?-m:^$)",
                "(StartText EndText StartLine EndLine StartText EndText)",
            ),
            ("(?s).", "['\\0'-'\\u{10ffff}']"),
            ("(?ms-x: ^.)", "(' ' StartLine ['\\0'-'\\u{10ffff}'])"),
        ],
    );
    let all = Options {
        ignore_case: true,
        multi_line: true,
        ..Options::default()
    };
    check(
        &all,
        &[
            ("^a$", "(StartLine [Aa] EndLine)"),
            ("(?-im)^a$", "(StartText 'a' EndText)"),
        ],
    );
}

#[test]
fn comments_are_not_there() {
    check(
        &Options::default(),
        &[
            ("a(?#b)*", "'a'{0,}"),
            ("a(?#b)(?#)b", "'ab'"),
            ("(?x) a # b\n c\\ d [ a b ] # e", "('ac d' [a-b])"),
            ("(?x) a * | ( b ) {2} ", "('a'{0,} | 1='b'{2,2})"),
            ("(?x: a ) b", "'a b'"),
            ("(?x)[a#]\n]", "'a'"),
        ],
    );
}

#[test]
fn case_is_folded_as_unicode_has_it() {
    check(
        &Options {
            ignore_case: true,
            ..Options::default()
        },
        &[
            ("a1é", "([Aa] '1' ['É'-'É' 'é'-'é'])"),
            ("k", "['K'-'K' 'k'-'k' '\u{212a}'-'\u{212a}']"),
            ("S", "['S'-'S' 's'-'s' 'ſ'-'ſ']"),
            ("☃", r"'\xe2\x98\x83'"),
            (r"\x41\.", "([Aa] '.')"),
        ],
    );
    check(
        &BYTES,
        &[
            ("(?i)kS1é", r"([Kk] [Ss] '1\xc3\xa9')"),
            (r"(?i)\x4b\xe9", r"([Kk] '\xe9')"),
        ],
    );
}

#[test]
fn references_may_come_before_their_groups() {
    check(
        &Options::default(),
        &[
            (r"(a)\1\g1\g{1}\g-1\g{-1}", r"(1='a' \1 \1 \1 \1 \1)"),
            (
                r"(?<n>a)\k<n>\k'n'\k{n}\g{n}(?P=n)",
                r"(1='a' \1 \1 \1 \1 \1)",
            ),
            (
                r"\2(?:\k<n>a|(?<n>b))+(c)",
                r"(\2 ((\1 'a') | 1='b'){1,} 2='c')",
            ),
            (r"(a\1)", r"1=('a' \1)"),
            (r"(a)(b)\g{-2}", r"(1='a' 2='b' \1)"),
            (r"(a)(?i)\1(?-i)\1", r"(1='a' \1i \1)"),
            (r"(a)\1{2}\1*", r"(1='a' \1{2,2} \1{0,})"),
            (r"(((((((((((a)))))))))))\11\10", &eleven(r"\11 \10")),
        ],
    );
}

fn eleven(references: &str) -> String {
    let groups: String = (1..=11).map(|number| std::format!("{number}=")).collect();
    std::format!("({groups}'a' {references})")
}
