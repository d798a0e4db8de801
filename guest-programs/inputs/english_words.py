"""The words and the grammar of gen_english.py.

Lists are from common to rare. A noun is `singular` or `singular/plural`; a verb is its
base form, `base*` if a last consonant is doubled, or `base/past/participle`.
"""

NOUNS = """
man/men time day way hand house night door woman/women room year eye thing head word
friend side morning water place moment letter table question window child/children
street mind town father mother sister brother paper light voice chair fire hour horse
road name story land case work part face book evening garden ship river country matter
wall boat line end idea wind lamp sea coat money week family answer box month glass
tree bed reason state point key stone field reader song captain doctor village hill
bridge tea war dog clock office desk ticket engine train cart wheel corner shoulder
island harbour school teacher lesson church bell tower library shelf/shelves page
chapter line map chart needle thread cloth shirt hat glove boot pocket purse coin bank
clerk debt price market stall basket loaf/loaves bread butter cheese apple pear plum
orchard farm barn gate fence hedge path lane track station platform whistle signal
driver guard passenger stranger neighbour cousin uncle aunt niece nephew widow sailor
soldier officer servant cook baker butcher tailor carpenter mason painter printer
lawyer judge witness thief/thieves prisoner cell wagon carriage saddle bridle stable
hen goose/geese duck sheep/sheep lamb goat cow calf/calves wolf/wolves fox cat mouse/mice
bird crow owl swallow feather wing nest branch root leaf/leaves flower rose seed
meadow valley forest mountain cliff cave beach shore tide wave storm cloud rain snow
frost ice thunder lightning star moon sun shadow dawn dusk noon midnight summer winter
autumn spring season century minute second calendar holiday birthday wedding funeral
feast supper breakfast dinner kitchen kettle spoon knife/knives fork plate cup jug
barrel bottle cork candle lantern match pipe smoke ash chimney hearth coal iron copper
silver gold brass tin rope chain anchor mast sail deck cabin crew cargo voyage journey
mile yard inch pound ounce dozen number figure sum account ledger receipt bill stamp
envelope parcel message telegram rumour secret promise bargain quarrel silence laugh
smile tear sigh whisper shout cry noise echo music violin drum piano dance picture
frame mirror portrait brush colour pattern carpet curtain blanket pillow sheet drawer
cupboard closet attic cellar stair step floor ceiling roof beam brick nail hammer saw
axe ladder bucket well pump pond stream ditch marsh moor heath trail camp tent fever
cough wound bandage medicine poison nurse patient hospital grave prayer priest bishop
king queen prince duke lord lady crown throne palace castle moat sword shield arrow
bow target hunter trap net hook bait fish/fish salmon trout eel crab oyster shell pearl
jewel ring necklace ribbon lace silk velvet wool cotton linen loom mill miller flour
grain wheat barley oat rye harvest plough furrow soil clay sand gravel dust mud puddle
pavement square fountain statue museum theatre actor stage scene audience ballad poem
poet verse rhyme grammar sentence comma margin ink pen pencil notebook diary index
dictionary alphabet letterbox newspaper editor headline column scandal election vote
mayor council committee meeting speech debate motion law court sentence crime motive
evidence clue detective inspector constable footprint fingerprint alibi suspect victim
experiment theory proof problem method machine lever spring piston boiler valve gauge
furnace factory workshop apprentice master trade strike wage profit loss merchant
customer warehouse crate bale sugar salt pepper ginger cinnamon coffee tobacco wine
beer cider brandy inn landlord guest traveller pilgrim beggar orphan giant dwarf/dwarves
witch ghost dragon unicorn legend fable riddle puzzle game card die/dice chess pawn
knight bishopric kite marble doll puppet toy whip top swing quarry junction viaduct
zebra jaguar quilt quartz equinox axle oxen/oxen syntax jukebox
""".split()

VERBS = """
say/said know/knew/known think/thought see/saw/seen come/came/come go/went/gone
take/took/taken make/made look find/found give/gave/given tell/told ask seem feel/felt
leave/left put*/put/put hear/heard hold/held turn keep/kept begin*/began/begun bring/brought
stand/stood want call let*/let/let sit*/sat run*/ran/run speak/spoke/spoken open walk
write/wrote/written read/read/read meet/met pass wait reach follow return answer move
show/showed/shown fall/fell/fallen carry lose/lost pay/paid send/sent live remember
understand/understood watch try start help talk believe lead/led stop* grow/grew/grown
draw/drew/drawn close learn buy/bought sell/sold hope wish cry laugh smile nod* shake/shook/shaken
break/broke/broken spend/spent build/built cut*/cut/cut rise/rose/risen wear/wore/worn
choose/chose/chosen drive/drove/driven ride/rode/ridden sing/sang/sung drink/drank/drunk
eat/ate/eaten sleep/slept wake/woke/woken dream promise forget*/forgot/forgotten forgive/forgave/forgiven
hide/hid/hidden steal/stole/stolen throw/threw/thrown catch/caught teach/taught fight/fought
seek/sought swear/swore/sworn tear/tore/torn shine/shone strike/struck stick/stuck hang/hung
dig*/dug swing/swung spin*/spun win*/won lend/lent bend/bent feed/fed bleed/bled lie/lay/lain
weep/wept sweep/swept creep/crept kneel/knelt deal/dealt mean/meant burn touch push pull
lift drop* pick gather count measure weigh mend paint clean wash dry fold fill empty pour
cook bake boil cover wrap* tie fasten lock knock ring/rang/rung whisper shout call mutter
murmur reply explain describe discuss argue agree refuse accept offer demand command obey
order allow forbid/forbade/forbidden warn threaten frighten surprise please trouble worry
annoy disturb bother puzzle wonder doubt suspect guess suppose imagine expect decide
arrange prepare plan* intend attempt manage fail succeed finish complete continue cease
travel arrive depart enter climb descend cross wander hurry hasten linger stumble slip*
rush march gallop sail row swim*/swam/swum float sink/sank/sunk drift land board anchor
examine inspect observe notice discover recognise admire despise envy trust praise blame
thank greet welcome invite visit entertain introduce marry bury mourn comfort pity
protect defend attack capture release rescue escape pursue chase hunt trap* shoot/shot
wound heal cure nurse suffer endure recover survive perish vanish appear disappear
change alter improve repair restore destroy ruin waste save earn owe borrow collect
deliver supply provide produce manufacture invent design sketch print publish translate
copy quote sign stamp seal post vote elect appoint dismiss employ hire serve polish
sharpen hammer saw/sawed/sawn nail glue stitch weave/wove/woven knit* embroider harvest plough
plant water prune graze milk fish trade bargain haggle balance calculate reckon multiply
divide subtract question accuse confess deny testify convict sentence pardon hesitate
tremble shiver blush faint groan sigh snore yawn stretch stoop bow nudge squeeze whistle
hum* echo rattle creak rustle flicker glow gleam sparkle smoulder freeze/froze/frozen thaw
melt soak drip* leak splash overflow crumble collapse topple shatter scatter
""".split()

ADJECTIVES = """
old little great good long small new other young white black dark cold own large high
red low poor strange whole short dead deep quiet green certain heavy clear open early
full late hard warm wide empty plain broken grey narrow sudden bright strong bitter
gentle sharp slow quick soft rough smooth thin thick round square blue brown yellow
pale golden silver wooden wet dry clean dirty tired hungry thirsty angry happy sad
proud humble brave timid honest clever foolish patient curious careful careless idle
busy ready steady sturdy rusty dusty muddy sandy rocky grassy shady sunny windy rainy
stormy foggy frosty icy snowy damp stale fresh sweet sour salty bland rich cheap costly
useful useless common rare simple double single gentle humble noble feeble nimble
horrible terrible possible probable sensible visible invisible audible reliable
ancient modern foreign native local distant near northern southern eastern western
public private royal loyal legal mortal final general special usual casual annual
solemn modest earnest decent recent silent violent absent innocent prudent eloquent
generous curious serious obvious previous anxious cautious ambitious suspicious jealous
nervous famous enormous monstrous tremendous ridiculous mysterious marvellous courteous
lonely lovely lively friendly ghostly orderly elderly cruel stern harsh severe mild calm
fierce wild tame lazy crazy dizzy fuzzy shabby shaggy ragged crooked twisted wicked
naked sacred learned wretched blessed cursed weary dreary merry cheery hasty tasty nasty
thorough tough stubborn sullen sombre vague vivid vast tiny huge giant immense slender
stout frail crisp brittle supple flat steep hollow shallow solid liquid precious
valuable peculiar particular regular irregular familiar similar singular popular
perfect exact correct direct strict distinct abrupt adequate delicate desperate
elaborate fortunate intimate moderate obstinate passionate private separate ultimate
awkward backward forward inward scarlet crimson purple violet azure quaint queer exotic
""".split()

ADVERBS = """
then now again never always still once soon often perhaps already almost just too quite
indeed even ever yet together away back down home there here everywhere nowhere today
yesterday tomorrow afterwards meanwhile sometimes seldom twice thereby hence
""".split()

NAMES = {
    "first": """
Anna Martin Clara Henry Alice Samuel Ruth Oscar Edith Conrad Lydia Hugo Mabel Walter
Irene Felix Nora Gustav Agnes Leopold Flora Zoé René Jörg Adèle Ivo Thekla Quentin Xenia
Yusuf Benedict Harriet Jonas Ursula Vera Wilma Kasimir Dorothea Esther
""".split(),
    "last": """
Carter Whitfield Marsh Penrose Hollins Barker Thorne Quigley Vance Radley Ashdown Moss
Kettering Fairlie Grunwald Lindqvist Müller Björnson Okafor Tanaka Zeller Yarrow Ivers
Unwin Dunmore Eccles Harlow Jessop Nettleship O'Hara
""".split(),
    "town": """
Marlhaven Stourford Ettingham Caldermoor Ravensby Oldbridge Wexcombe Fenwick Thornley
Upper Dunholt Kingsmere Lyndale Quaymouth Zellerfeld Saint-André Göschen Ashwater
""".split(),
    "title": ["Mr.", "Mrs.", "Miss", "Dr.", "Captain", "Professor", "Sir", "Lady"],
}

FIXED = {
    "month": """
May June March April October November December January July August September February
""".split(),
    "weekday": "Monday Sunday Friday Saturday Tuesday Thursday Wednesday".split(),
    "digit_word": """
two three four five six seven ten twelve eight nine twenty thirty forty fifty eleven
ninety seventeen thirteen sixty eighty
""".split(),
    "domain": ["org", "com", "net", "example", "co.uk", "info"],
    "be": ["was", "was not", "had been", "would be", "could not be", "must be", "might be"],
    "modal": ["can", "will", "must", "should", "may", "could", "would", "cannot", "shall"],
    "pron": ["he", "she", "they", "I", "we", "it", "you", "nobody", "someone", "everyone"],
    "they": ["they", "I", "we", "you"],
    "obj": ["it", "him", "her", "them", "me", "us", "you", "himself", "nothing", "everything"],
    "poss": ["his", "her", "the", "my", "their", "our", "your", "its"],
    "det": ["the", "the", "a", "the", "his", "her", "this", "that", "their", "every", "no", "some", "any", "each"],
    "dets": ["the", "the", "his", "her", "these", "those", "their", "all the", "some", "many", "few", "no", "several", "both"],
    "prep": """
of in to with on at from by for into upon under over behind before after between near
through against without across beside along within beyond towards above around below
beneath among until past despite
""".split(),
    "conj": ["and", "but", "and", "so", "for", "or", "yet"],
    "sub": """
when as if that because while where before after until since though although unless
""".split(),
    "said": """
said asked replied answered cried whispered added repeated continued murmured muttered
exclaimed remarked shouted observed
""".split(),
    "oh": ["yes", "no", "well", "oh", "come", "indeed", "ah", "good heavens", "hush", "nonsense"],
    "foreign": ["café", "naïve", "façade", "fiancé", "déjà vu", "cliché", "über", "smörgåsbord", "soirée", "élite"],
    "rank": ["first", "second", "last", "third", "next", "fourth", "fifth", "sixth", "tenth", "hundredth"],
}

GRAMMAR = {
    "narrative": [
        "<clause>.",
        "<clause>, <conj> <clause>.",
        "<clause> <sub> <clause>.",
        "<sub> <clause>, <clause>.",
        "<clause>; <clause>.",
        "<clause>, <conj> <clause> <sub> <clause>.",
        "<pp>, <clause>.",
        "there was <np> <pp>, and <clause>.",
        "it was <np> that <ved> <np> <pp>.",
        "<clause>—<clause>—<conj> <clause>.",
        "what <pron> had <ven> was <np>, and not <np>.",
        "<ly>, <clause>!",
        "who <ved> <np> <pp>?",
        "on the <rank> of <month>, <clause>.",
        "(<clause>.)",
    ],
    "speech": [
        '"<talk>," <said> <person>.',
        '"<talk>," <said> <np>; "<talk>."',
        '"<oh>!" <said> <person> <ly>. "<talk>."',
        '"<ask>?" <said> <pron>.',
        '"<talk>!"',
        '"<oh>, <talk>," <said> <person>, and <ved> <np>.',
        "“<talk>,” <said> <np>.",
    ],
    "talk": [
        "<they> <modal> <v> <np>",
        "I don't <v> <np> <pp>",
        "<they> have <ven> <np>, and <they> <modal> <v> <obj>",
        "it is <a> to <v> <np>",
        "you <modal> not <v> <np> <sub> <they> <v> <obj>",
        "if <they> <v> <np>, <they> <modal> <v> <obj>",
        "there's <np> <pp>",
        "I'm <ving> <np>, my dear <first>",
        "<clause>",
        "that isn't what <person> <ved>",
    ],
    "ask": [
        "what do you <v> <prep> <np>",
        "have you <ven> <np>",
        "why did <person> <v> <np>",
        "where is <np>",
        "who <ved> <obj>",
    ],
    "record": [
        "<clause>, <conj> <clause>.",
        "<clause> <pp>.",
        "in <year> <person> <ved> <count> <ns> <pp>.",
        "the <n> of <day> <month> <year> <ved> <np>.",
        "on <weekday> at <clock> <clause>.",
        "<count> <ns> and <count> <ns> were <ven> <prep> <town>.",
        "the <n> cost <price>, the <n> <price>.",
        "entry <iso>: <clause>.",
        "write to <email> for <np>.",
        "see <url> for <np>.",
        "the <n> is marked <hex>, <conj> <clause>.",
        "<person> (born <iso>) <ved> <np> <pp>.",
        "no. <count>: a <a> <n>, <count>% <a>.",
        "<np> had the <foreign> of <np>.",
        "the <n>-<n> was <ven> by <person>; <clause>.",
    ],
    "clause": [
        "<subj> <ved> <np>",
        "<subj> <ved> <np> <pp>",
        "<pron> <ved> <obj> <pp>",
        "<subj> had <ven> <np>",
        "<pron> <ved> to <v> <np> <pp>",
        "<one> was <ving> <np>",
        "<one> <be> <a> <pp>",
        "<subj> <ly> <ved> <np> <pp>",
        "<pron> <ved> that <one> was <a>",
        "<subj> would <v> <np> <ly>",
        "it was <ly> <a> to <v> <obj>",
        "<pron> could not <v> <obj> <pp>",
        "<pron> had to <v> <np>, as <np> <ved>",
        "<dets> <ns> were <ven> <pp>",
        "<subj>, who <ved> <np>, <ved> <pp>",
        "the more <pron> <ved>, the less <pron> <ved>",
    ],
    "subj": ["<pron>", "<pron>", "<person>", "<poss> <n>", "<det> <n>", "the <a> <n>", "<person> and <person>", "<dets> <ns>"],
    "one": ["he", "she", "it", "<person>", "<poss> <n>", "the <a> <n>"],
    "np": [
        "<det> <n>",
        "<det> <a> <n>",
        "the <n> of <poss> <n>",
        "<dets> <ns>",
        "<poss> <n>",
        "the <n>",
        "<person>",
        "<obj>",
        "<digit_word> <a> <ns>",
        "the <rank> <n>",
        "<det> <n> <prep> <det> <n>",
        "a <a> and <a> <n>",
        "what <pron> had <ven>",
    ],
    "pp": [
        "<prep> the <n>",
        "<prep> <det> <a> <n>",
        "<prep> <det> <n>",
        "in the <n> of the <n>",
        "<prep> <obj>",
        "to <v> <obj>",
        "at <town>",
        "by <digit_word> o'clock",
        "<prep> <poss> <n> <prep> the <n>",
    ],
    "anyone": ["<first>", "<title> <last>", "<first> <last>", "<last>"],
}
