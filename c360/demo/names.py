"""Words people, places and mailboxes are made of. Nobody and nothing here exists."""

# Given names by the years in which they were common: born before 1960, until 1985, later.
WOMEN = (
    "Margaret Jean Dorothy Barbara Patricia Sheila Maureen Joan Shirley Brenda Pamela Sylvia "
    "Beryl Eileen Kathleen Christine Hazel Marjorie Rosemary Valerie Winifred Elizabeth Mary",
    "Susan Karen Julie Deborah Jacqueline Helen Alison Tracey Amanda Sarah Nicola Joanne "
    "Claire Katherine Rachel Samantha Michelle Victoria Rebecca Catherine Philippa Judith "
    "Elizabeth Fiona Heather Angela Lorraine Theresa Harriet Jennifer Stephanie Frances "
    "Melanie",
    "Emma Laura Jessica Charlotte Sophie Hannah Chloe Megan Lucy Amy Olivia Bethany Georgia "
    "Alexandra Eleanor Isabella Abigail Katie Gemma Holly Natalie Rosie Freya Imogen Daisy "
    "Francesca Zoe Molly Poppy Madeleine Niamh Eilidh Cerys Tabitha",
)
MEN = (
    "John William Ronald Kenneth Derek Brian Peter Dennis Raymond Arthur Stanley Gordon Roy "
    "Albert Norman Ernest Frederick Harold Leonard Douglas Reginald Cyril Robert James Thomas",
    "David Paul Andrew Mark Stephen Michael Richard Robert Christopher Ian Anthony Nicholas "
    "Simon Jonathan Timothy Graham Philip Nigel Martin Kevin Gary Keith Alan Neil Stuart "
    "Matthew Geoffrey Russell Adrian Edward Gerald Malcolm Benedict",
    "Daniel Thomas James Jack Joshua Benjamin Samuel Joseph Alexander Luke Ryan Adam Oliver "
    "Jacob Harry Callum Connor Lewis Nathan Charles George Rhys Jamie Toby Dominic Zachary "
    "Theodore Rory Finlay Gareth Patrick Owen Elliot Harvey",
)
_SURNAMES = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Robinson Wright Thompson Evans "
    "Walker White Roberts Green Hall Wood Jackson Clarke Clark Harrison Scott Turner Hill "
    "Moore Cooper Ward Morris King Watson Baker Morgan Young Allen Mitchell Phillips Lee Bell "
    "Parker Davis Bennett Miller Cook Shaw Cox Richardson Marshall Collins Carter Bailey Gray "
    "Simpson Adams Murray Wilkinson Foster Ellis Murphy Chapman Mason Gibson Webb Holmes "
    "Mills Palmer Hunt Fisher Barnes Knight Lloyd Butler Price Barker Stevens Jenkins Murphy "
    "Dixon Fletcher Pearson Rogers Hughes Reynolds Harvey Russell Gordon Graham Matthews "
    "Stewart Armstrong Andrews Carr Lawrence Burton Hart Spencer Cole Dunn Payne Rose Warren "
    "Burns Saunders Harding Cunningham Bradley Francis Lane Riley Nicholson Booth Elliott "
    "Ferguson Gilbert Watts Bishop Arnold Wells Webster Lambert Robertson Hudson Knowles Read "
    "Reid Stephenson Atkinson Kennedy Lawson Chambers Dawson Fraser Wallace Day Bird Morrison "
    "Perry Osborne Hopkins Stone Newton Jordan Duncan Sutton Field Freeman Bull Whitehead "
    "Parry Goddard Tate Rowe Barrett Cartwright Weston Fuller Long Hammond Frost Sharp Page "
    "Woods Berry Crawford Abbott Curtis Peacock Gardner Marsden Yates Wheeler Bolton "
    "Ainsworth Ashdown Appleyard Arkwright Babbage Bagshaw Barraclough Beckwith Birtwistle "
    "Blenkinsop Bowness Braithwaite Brocklebank Broughton Butterworth Cadwallader Calloway "
    "Carmichael Chadwick Cholmondeley Clitheroe Cobbold Colquhoun Copperwheat Cornthwaite "
    "Coverdale Cragg Crosland Crowther Culpepper Dalrymple Darlington Dewhurst Drinkwater "
    "Dunstan Earnshaw Eccleston Entwistle Fairweather Fazackerley Fenwick Fotheringham "
    "Gaskell Gathercole Glendinning Goodfellow Greenhalgh Grimshaw Hathaway Hazelwood "
    "Heathcote Hebblethwaite Higginbotham Hollingsworth Holroyd Honeysett Illingworth "
    "Inglethorpe Jessop Kettlewell Kirkbride Knapton Langthorne Leadbetter Liversedge "
    "Lockwood Longbottom Lovelock Mainwaring Makepeace Merriweather Micklethwaite Mortimer "
    "Murgatroyd Nettleship Newbold Oakenshaw Oglethorpe Ollerenshaw Ormerod Osbaldeston "
    "Oxtoby Pardoe Pennington Pickersgill Plumtree Pocklington Postlethwaite Prendergast "
    "Quayle Rackham Ramsbottom Ravenscroft Rigby Rowbotham Sackville Satterthwaite "
    "Scarborough Sedgwick Shackleton Shufflebottom Sidebottom Skelton Smallwood Snodgrass "
    "Stainforth Starkweather Stockdale Sugden Swithinbank Tattersall Thackeray Threlfall "
    "Tunstall Turnbull Twelvetrees Uttley Varley Vickers Waddington Wainwright Walmsley "
    "Weatherby Whittingham Wigglesworth Winterbottom Wolstenholme Woodhouse Wooldridge Yardley"
)
SURNAMES = tuple(_SURNAMES.split())
# Families from elsewhere: women's names, men's names, surnames.
ORIGINS = (
    (
        "Priya Anjali Meera Sunita Kavita Nisha Deepa Rupal Asha Lakshmi Pooja Divya",
        "Raj Sanjay Amit Vikram Anil Rahul Suresh Dinesh Nikhil Arjun Kiran Mahesh",
        "Patel Sharma Shah Mistry Desai Chauhan Joshi Kapoor Nair Gupta Solanki Bhatt",
    ),
    (
        "Ayesha Fatima Zainab Saima Nadia Amina Maryam Hafsa Rukhsana Shazia",
        "Mohammed Imran Tariq Asif Bilal Usman Yusuf Ibrahim Hamza Khalid",
        "Khan Ahmed Hussain Malik Begum Iqbal Mahmood Chaudhry Rahman Siddiqui",
    ),
    (
        "Agnieszka Katarzyna Magdalena Joanna Ewa Monika Anna Beata",
        "Piotr Krzysztof Tomasz Marek Pawel Jakub Adam Wojciech",
        "Kowalska Nowak Wisniewska Zielinski Kaminska Lewandowski Wojcik Mazur",
    ),
    (
        "Folake Chidinma Ngozi Abena Grace Blessing Esther Yetunde",
        "Chukwuemeka Kwame Tunde Emmanuel Kofi Samuel Oluwaseun Daniel",
        "Okafor Adeyemi Mensah Owusu Okonkwo Balogun Boateng Eze",
    ),
    (
        "Aoife Siobhan Roisin Orla Caoimhe Grainne Deirdre Sinead",
        "Declan Cormac Brendan Eoin Padraig Diarmuid Fergus Kieran",
        "O'Brien O'Connor Gallagher Doherty Kavanagh McCarthy O'Sullivan Brannigan",
    ),
    (
        "Mei Ling Xiaoyan Hui Jing Yan",
        "Wei Jun Ming Hao Chen Lei",
        "Wong Chan Cheung Zhang Liu Huang",
    ),
)
# Short forms people sign with. One formal name may have several.
NICKNAMES = {
    "Elizabeth": "Liz Beth Betty Lizzie", "Margaret": "Maggie Peggy Meg",
    "Patricia": "Pat Trish", "Katherine": "Kate Kathy", "Catherine": "Cathy Kate",
    "Kathleen": "Kath Kathy", "Susan": "Sue", "Deborah": "Debbie Deb", "Jacqueline": "Jackie",
    "Christine": "Chris Chrissie", "Rebecca": "Becky", "Victoria": "Vicky Tori",
    "Jennifer": "Jenny Jen", "Judith": "Judy", "Samantha": "Sam", "Alexandra": "Alex Sandra",
    "Stephanie": "Steph", "Philippa": "Pippa", "Theresa": "Terry Tess", "Abigail": "Abby",
    "Eleanor": "Ellie Nell", "Isabella": "Bella Izzy", "Jessica": "Jess",
    "Charlotte": "Lottie", "Bethany": "Beth", "Francesca": "Fran", "Frances": "Fran",
    "Madeleine": "Maddie", "Pamela": "Pam", "Barbara": "Barb", "Dorothy": "Dot",
    "Valerie": "Val", "Angela": "Angie", "Amanda": "Mandy", "Michelle": "Shell",
    "Nicola": "Nicky", "Harriet": "Hattie", "Melanie": "Mel", "Tabitha": "Tabby",
    "Natalie": "Nat", "Olivia": "Liv", "Robert": "Rob Bob Bobby", "William": "Bill Will",
    "Richard": "Rick Dick", "James": "Jim Jamie", "Michael": "Mike Mick", "Thomas": "Tom",
    "David": "Dave", "Andrew": "Andy Drew", "Stephen": "Steve", "Christopher": "Chris",
    "Anthony": "Tony", "Nicholas": "Nick", "Jonathan": "Jon", "Timothy": "Tim",
    "Philip": "Phil", "Matthew": "Matt", "Geoffrey": "Geoff", "Edward": "Ted Ed Eddie",
    "Gerald": "Gerry", "Kenneth": "Ken", "Ronald": "Ron", "Peter": "Pete", "Raymond": "Ray",
    "Arthur": "Art", "Stanley": "Stan", "Albert": "Bert", "Frederick": "Fred",
    "Leonard": "Len", "Douglas": "Doug", "Reginald": "Reg", "Daniel": "Dan Danny",
    "Joshua": "Josh", "Benjamin": "Ben", "Samuel": "Sam", "Joseph": "Joe", "Alexander": "Alex",
    "Oliver": "Ollie", "Jacob": "Jake", "Charles": "Charlie Chuck", "Zachary": "Zach",
    "Theodore": "Theo", "Nathan": "Nate", "Patrick": "Paddy", "Benedict": "Ben",
    "Magdalena": "Magda", "Katarzyna": "Kasia", "Chukwuemeka": "Emeka", "Emmanuel": "Manny",
    "Mohammed": "Mo", "Brendan": "Bren", "Malcolm": "Mal", "Dominic": "Dom", "Stuart": "Stu",
}  # fmt: skip
# What a hurried ear or hand makes of a name.
SOUND_ALIKES = {
    "Catherine": "Katherine", "Katherine": "Catherine", "Sarah": "Sara", "Stephen": "Steven",
    "Geoffrey": "Jeffrey", "Philip": "Phillip", "Alan": "Allan", "Claire": "Clare",
    "Rachel": "Rachael", "Stuart": "Stewart", "Graham": "Graeme", "Ian": "Iain", "Ann": "Anne",
    "Alison": "Allison", "Jonathan": "Johnathan", "Siobhan": "Shivaun", "Niamh": "Neve",
    "Clarke": "Clark", "Clark": "Clarke", "Reid": "Reed", "Read": "Reid", "Davies": "Davis",
    "Davis": "Davies", "Philips": "Phillips", "Thompson": "Thomson", "Stewart": "Stuart",
    "Elliott": "Eliot", "Matthews": "Mathews", "Nicholson": "Nicolson", "Pearson": "Pierson",
    "Braithwaite": "Brathwaite", "Micklethwaite": "Micklethwait", "Greenhalgh": "Greenhalch",
    "Mainwaring": "Mannering", "Gallagher": "Gallacher", "Kavanagh": "Cavanagh",
    "Hussain": "Hussein", "Ahmed": "Ahmad", "Wisniewska": "Wisnewska", "Osborne": "Osbourne",
}  # fmt: skip
# Names of which every register of this size holds several.
COMMON_NAMES = (
    ("John", "Smith", 7), ("David", "Jones", 6), ("Sarah", "Taylor", 5), ("Paul", "Brown", 5),
    ("Margaret", "Wilson", 4), ("Susan", "Williams", 4), ("Mohammed", "Khan", 4),
)  # fmt: skip

# Invented towns with their invented postcode area and a weight by size.
TOWNS = (
    ("Saltmere", "QX", 12), ("Pinehaven", "QP", 10), ("Brackenford", "QB", 9),
    ("Market Oxley", "QO", 7), ("Port Ellan", "QE", 7), ("Thornwick", "QT", 7),
    ("Great Haddow", "QH", 6), ("Linsdale", "QL", 6), ("Kirkmoor", "QK", 5),
    ("Ashcombe Regis", "QA", 5), ("Wetherstoke", "QW", 5), ("Marlsea", "QM", 5),
    ("Nether Farrow", "QN", 4), ("Stonebridge-on-Wey", "QS", 4), ("Carrowdale", "QC", 4),
    ("Upper Dunmoor", "QU", 3), ("Fenholme", "QF", 3), ("Glanford Mawr", "QG", 3),
    ("Ravensby", "QR", 3), ("Inverlochan", "QI", 3), ("Dunraven Bay", "QD", 2),
    ("Yarrowby", "QY", 2), ("Vale of Corran", "QV", 2), ("Jessamy Cross", "QJ", 2),
)  # fmt: skip
_STREETS = (
    "Harbour Beech Elm Chapel Church Mill Orchard Station Victoria Albert Queens Kings Park "
    "Meadow Willow Hawthorn Rectory Priory Quarry Ropewalk Lighthouse Ferry Sandpiper Curlew "
    "Juniper Larch Bramble Cobblers Weavers Tanners Coopers Fairfield Northgate Southgate "
    "Abbots Glebe Manor Windmill Bridge Castle Hollybush Primrose Foxglove Linden Sycamore "
    "Cherry Ivy Laburnum Marlborough Wellington Nelson Trafalgar Jubilee Coronation Alma"
)
STREETS = tuple(_STREETS.split())
STREET_KINDS = ("Road", "Street", "Lane", "Avenue", "Close", "Drive", "Gardens", "Way",
                "Terrace", "Court", "Crescent", "Place")  # fmt: skip
STREET_SHORT = {"Road": "Rd", "Street": "St", "Avenue": "Ave", "Close": "Cl", "Drive": "Dr",
                "Gardens": "Gdns", "Terrace": "Terr", "Court": "Ct", "Crescent": "Cres",
                "Lane": "Ln", "Place": "Pl"}  # fmt: skip
HOUSE_NAMES = ("Rose Cottage", "The Old Forge", "Sea View", "Orchard House", "The Paddocks",
               "Kingfisher Lodge", "Mill House", "Heron's Reach", "The Gables")  # fmt: skip

MAIL_DOMAINS = (
    ("postbox.example", 28), ("mailhouse.example", 22), ("quickmail.example", 15),
    ("letterbox.example", 9), ("fernline.example", 8), ("homepost.example", 6),
    ("example.com", 5), ("example.net", 4), ("example.org", 3),
)  # fmt: skip
MAILBOX_WORDS = ("allotment", "gardenshed", "seaglass", "tomato", "roverfan", "bakewell",
                 "hedgehog", "springer", "narrowboat", "wildflower", "greenfingers",
                 "teapot", "robinredbreast", "steamtrain", "marmalade")  # fmt: skip
COMPANIES = (
    "Brightwater Cafe", "Corran Lettings", "Thornwick Primary School", "Ellan Bay Hotel",
    "Haddow Landscapes", "Saltmere Dental", "Pine & Partners Architects", "Fenholme Nurseries",
    "Marlsea Parish Council", "Kirkmoor Veterinary Centre", "The Jessamy Arms",
    "Linsdale Cricket Club", "Carrowdale Care Homes", "Ravensby Interiors",
)  # fmt: skip
