"""Words the customers of the benchmarks are made of. Nobody and nothing here is meant.

Lists are ordered from common to rare. Many surnames and streets are put together from parts,
so that a million customers do not share a few hundred names.
"""

from c360.demo import names

_MORE_WOMEN = (
    "Alice Amelia Anita Annabel Antonia April Audrey Ava Belinda Bridget Bryony Camilla "
    "Carla Carmen Carol Caroline Cassandra Celia Clara Constance Cora Cynthia Dawn Debra "
    "Delia Diana Diane Donna Doris Edith Elaine Elena Eliza Ellen Elsie Erica Erin Estelle "
    "Eva Evelyn Faith Felicity Florence Freda Gail Geraldine Gillian Gloria Grace Greta "
    "Gwen Hayley Hilary Ida Ingrid Irene Iris Isla Ivy Jade Jane Janet Janice Jasmine Jill "
    "Jodie Joyce Julia Juliet June Kara Kelly Kerry Kirsty Lara Lauren Leah Leanne Lesley "
    "Lila Linda Lisa Lois Lorna Louise Lydia Mabel Mandy Marcia Maria Marian Marie Martha "
    "Matilda Maxine Maya Mia Mildred Millie Miranda Miriam Monica Muriel Myra Nadine Nancy "
    "Naomi Nina Nora Norma Pauline Penelope Petra Phoebe Phyllis Rita Robyn Rosa Rose Ruby "
    "Ruth Sally Sandra Scarlett Selina Sharon Sonia Stella Summer Suzanne Tamara Tanya "
    "Teresa Tina Ursula Vanessa Vera Verity Violet Vivian Wanda Wendy Yvonne Yvette"
)
_MORE_MEN = (
    "Aaron Abraham Aidan Alastair Albert Alec Alfred Alistair Angus Archie Ashley Barry "
    "Basil Bernard Blake Bradley Brendan Bruce Bryan Byron Cameron Carl Cecil Cedric "
    "Clifford Clive Colin Conrad Craig Damian Darren Dean Desmond Dexter Donald Duncan "
    "Dylan Edgar Edmund Edwin Eric Ethan Eugene Evan Felix Francis Frank Fraser Gabriel "
    "Gavin George Gilbert Glenn Grant Gregory Guy Hector Henry Herbert Horace Howard Hugh "
    "Hugo Isaac Ivan Ivor Jared Jason Jeremy Jerome Joel Jordan Julian Justin Karl Kirk "
    "Lance Laurence Lee Leo Leon Leslie Lionel Lloyd Louis Lucas Marcus Mario Marvin Mason "
    "Maurice Max Maxwell Mervyn Miles Morris Neville Noah Noel Oscar Otis Percy Perry "
    "Quentin Ralph Randolph Reuben Rex Rodney Roger Roland Roman Ross Rufus Rupert Sean "
    "Sebastian Shane Sidney Spencer Sylvester Terence Tobias Trevor Tristan Tyler Vernon "
    "Victor Vincent Wallace Walter Warren Wayne Wesley Winston Xavier"
)
WOMEN = tuple(dict.fromkeys([*" ".join(names.WOMEN[::-1]).split(), *_MORE_WOMEN.split()]))
MEN = tuple(dict.fromkeys([*" ".join(names.MEN[::-1]).split(), *_MORE_MEN.split()]))
LOOK_ALIKE_GIVEN = (
    *(("Anna", "Hannah"), ("Ellen", "Helen"), ("Ella", "Ellie"), ("Jane", "Janet")),
    *(("Aaron", "Arran"), ("Martin", "Marvin"), ("Jon", "John"), ("Tim", "Tom")),
)

_HEADS = (
    "Ald Ash Bar Beck Bex Birk Black Brad Bram Brock Bur Cald Carl Chel Clay Cop Cran Crow "
    "Dal Den Dray Dun East Eld Fair Farn Fen Gar Glen Gran Green Had Hal Har Hath Haw Hazel "
    "Hen High Hol Hum Kel Ken Kil King Lang Lin Long Lud Mal Mar Mel Mid Mil Nor Oak Old "
    "Pem Pen Per Pol Rad Red Ring Rock Row Rush Salt Sand Sel Shel Sil Stan Sten Stock Sun "
    "Swan Thorn Tin Tol Wal War West Whit Wil Win Wood Yar"
)
_TAILS = (
    "bourne bridge brook bury by combe cote croft dale den don field ford gate grave ham "
    "head holm house hurst ingham land leigh ley low man mere more over ridge sey shaw ston "
    "stead thorpe ton tree wade wall ward water well wick win wood worth"
)
SURNAMES = tuple(
    dict.fromkeys(
        [
            *names.SURNAMES,
            *(name for _, _, family in names.ORIGINS for name in family.split()),
            *(f"{head}{tail}" for tail in _TAILS.split() for head in _HEADS.split()),
        ]
    )
)
ACCENTED = (  # as people write them at home, and as a form without accents takes them
    *(("Müller", "Mueller"), ("Schröder", "Schroder"), ("García", "Garcia")),
    *(("Núñez", "Nunez"), ("Løvås", "Lovas"), ("Kovács", "Kovacs"), ("Dvořák", "Dvorak")),
    *(("Lefèvre", "Lefevre"), ("Åkesson", "Akesson"), ("Şahin", "Sahin")),
)
COMMON = tuple(
    (given, family)
    for given in ("John", "David", "Sarah", "Susan", "James", "Emma", "Paul", "Karen")
    for family in ("Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Khan", "Davies")
)

# City, letters of its postcodes, share of the people.
TOWNS = (
    *(("London", "SE", 9), ("London", "N", 9), ("Manchester", "M", 7), ("Leeds", "LS", 6)),
    *(("Bristol", "BS", 5), ("Glasgow", "G", 6), ("Cardiff", "CF", 4), ("Hull", "HU", 3)),
    *(("Norwich", "NR", 3), ("York", "YO", 3), ("Exeter", "EX", 2), ("Preston", "PR", 3)),
    *(("Sheffield", "S", 5), ("Nottingham", "NG", 4), ("Leicester", "LE", 4)),
    *(("Coventry", "CV", 3), ("Portsmouth", "PO", 3), ("Brighton", "BN", 3)),
    *(("Swindon", "SN", 2), ("Luton", "LU", 2), ("Ipswich", "IP", 2), ("Derby", "DE", 3)),
    *(("Bath", "BA", 1), ("Aberdeen", "AB", 2), ("Edinburgh", "EH", 4), ("Oxford", "OX", 2)),
    *(("Cambridge", "CB", 2), ("Truro", "TR", 1), ("Lincoln", "LN", 2), ("Stockport", "SK", 2)),
)
STREETS = tuple(
    dict.fromkeys(
        [
            *names.STREETS,
            *(f"{head}{tail}" for tail in ("field", "wood", "ley") for head in _HEADS.split()),
        ]
    )
)
STREET_KINDS = names.STREET_KINDS
STREET_SHORT = names.STREET_SHORT
COMPANY_KINDS = ("group", "consulting", "-ltd", "partners", "services", "foods")
ROLES = ("info", "sales", "office", "admin", "accounts")
MAIL_DOMAINS = (*names.MAIL_DOMAINS, ("ringmail.example", 6), ("vale-net.example", 4))
WORDS = names.MAILBOX_WORDS

JUNK_EMAILS = (
    *("test@test.com", "noemail@noemail.com", "na@na.com", "customer@example.com"),
    *("none@none.com", "noreply@example.com"),
)
JUNK_PHONES = ("000-000", "0000000000", "1234567890", "01234567890", "07000000000", "n/a")
JUNK_NAMES = (("Test", "Test"), ("N/A", "N/A"), ("Unknown", "Customer"), ("Xxx", "Xxx"))
JUNK_DATES = ((1900, 1, 1), (1970, 1, 1), (1111, 11, 11))
