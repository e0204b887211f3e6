/// Words of the made-up market.
enum Words {
    /// What is sold, by kind of goods.
    static let goods: [(kind: String, nouns: [String])] = [
        ("lighting", ["Lamp", "Lantern", "Candle Holder", "String Lights", "Pendant"]),
        ("storage", ["Basket", "Box", "Shelf", "Chest", "Hook Rail"]),
        ("textiles", ["Cushion", "Throw", "Curtain", "Rug", "Blanket"]),
        ("tableware", ["Plate", "Bowl", "Jug", "Mug", "Serving Dish"]),
        ("furniture", ["Stool", "Bench", "Side Table", "Armchair", "Bookcase"]),
        ("decoration", ["Vase", "Figurine", "Wreath", "Garland", "Wall Hanging"]),
        ("clocks", ["Wall Clock", "Alarm Clock", "Mantel Clock", "Egg Timer", "Pocket Watch"]),
        ("stationery", ["Notebook", "Pen", "Letter Set", "Desk Tray", "Calendar"]),
        ("toys", ["Puzzle", "Spinning Top", "Kite", "Building Blocks", "Train"]),
        ("tools", ["Hammer", "Trowel", "Screwdriver", "Measuring Tape", "Shears"]),
        ("bags", ["Tote", "Satchel", "Backpack", "Purse", "Travel Bag"]),
        ("planters", ["Flower Pot", "Window Box", "Hanging Planter", "Watering Can", "Seed Tray"]),
        ("mirrors", ["Round Mirror", "Hand Mirror", "Full-Length Mirror", "Shaving Mirror", "Mirror Tile"]),
        ("frames", ["Photo Frame", "Poster Rail", "Shadow Box", "Picture Ledge", "Gallery Set"]),
        ("games", ["Chess Set", "Dominoes", "Card Deck", "Marble Run", "Backgammon"]),
        ("candles", ["Pillar Candle", "Tea Lights", "Scented Candle", "Taper Candles", "Floating Candle"]),
        ("cookware", ["Saucepan", "Frying Pan", "Casserole", "Kettle", "Roasting Tin"]),
        ("bedding", ["Pillow", "Duvet Cover", "Quilt", "Bed Sheet", "Bolster"]),
        ("cards", ["Greeting Card", "Postcard Set", "Gift Tags", "Invitation", "Bookmark"]),
        ("baskets", ["Picnic Basket", "Laundry Basket", "Bread Basket", "Bicycle Basket", "Log Basket"]),
    ]
    /// Where it is used; with the kinds of goods they make 500 categories.
    static let places = [
        "kitchen", "garden", "nursery", "office", "hallway", "bedroom", "bathroom", "balcony", "studio", "attic",
        "picnic", "travel", "party", "school", "workshop", "cottage", "seaside", "winter", "spring", "summer",
        "autumn", "wedding", "library", "cellar", "terrace",
    ]
    static let cancelReasons = ["Changed my mind", "Ordered twice", "Found it elsewhere", "No payment came"]
    static let refundReasons = ["Arrived broken", "Not as pictured", "Too small", "Too large", "Never arrived", "Late"]
    /// What is said with 1 to 5 stars.
    static let opinions = [
        ["Broke on the first day.", "Nothing like the picture.", "Would not buy it again."],
        ["Looks cheaper than it is.", "Came scratched, but works.", "Smaller than expected."],
        ["Does what it should.", "Fine for the price.", "Nice, but took long to arrive."],
        ["Good work and well packed.", "Very pretty.\nA little heavier than I thought.", "My second one already."],
        [
            "Perfect!", "Even lovelier than in the picture.", "A gift that was much admired.",
            "Made to last. Café-grade.",
        ],
    ]
    static let looks = [
        "Plain", "Striped", "Dotted", "Floral", "Checked", "Vintage", "Rustic", "Modern", "Folding", "Small", "Large",
        "Tall", "Round", "Oval", "Square", "Slim", "Woven", "Painted", "Carved", "Embossed", "Glazed", "Quilted",
        "Nordic", "Café", "Antique",
    ]
    static let colours = [
        "Red", "Blue", "Green", "Ivory", "Black", "White", "Amber", "Rose", "Teal", "Mustard", "Grey", "Lilac",
        "Coral", "Indigo", "Olive", "Sand",
    ]
    static let materials = [
        "Oak", "Walnut", "Enamel", "Linen", "Cotton", "Wool", "Felt", "Glass", "Ceramic", "Brass", "Copper", "Tin",
        "Willow", "Bamboo", "Cork", "Paper", "Slate", "Marble", "Leather", "Jute",
    ]
    static let firstNames = [
        "Ada", "Ben", "Chloé", "David", "Elif", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kaja", "Liam", "Mina",
        "Noah", "Olga", "Pablo", "Quinn", "Rosa", "Sven", "Tara", "Umar", "Vera", "Will", "Ximena", "Yara", "Zoë",
    ]
    static let lastNames = [
        "Abbott", "Baker", "Castro", "Dubois", "Evans", "Fischer", "García", "Hansen", "Ivanov", "Jensen", "Kowalski",
        "Larsen", "Müller", "Novak", "O'Brien", "Peeters", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Virtanen",
        "Walker", "Xu", "Yilmaz", "Zhang",
    ]
    static let traders = [
        "Finch", "Harbour", "Juniper", "Kestrel", "Lark", "Maple", "Orchard", "Pebble", "Robin", "Thistle", "Anchor",
        "Bramble", "Clover", "Dovetail", "Ember", "Foxglove",
    ]
    static let trades = ["Trading", "& Sons", "Goods", "Works", "Supply", "& Daughters", "Store", "Collective"]
    /// The most frequent first.
    static let countries = [
        "United Kingdom", "Germany", "France", "Ireland", "Spain", "Netherlands", "Belgium", "Switzerland", "Portugal",
        "Australia", "Norway", "Italy", "Sweden", "Denmark", "Finland", "Austria", "Japan", "Poland", "Greece",
        "Iceland",
    ]
}
