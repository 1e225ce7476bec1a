"""Passages, each with what a person could write from it, and the same with one thing wrong.

A case is a passage, a true paraphrase, and the paraphrase with a changed number, a foreign name and an added or lost
denial. All of it was made up for these tests.
"""

from typing import NamedTuple


class Case(NamedTuple):
    """A passage and five sentences of which the first one is true."""

    passage: str
    true: str
    number: str
    name: str
    denial: str


def _case(block: str) -> Case:
    return Case(*block.strip().splitlines())


CASES = [
    _case(block)
    for block in """
The Marlow ferry leaves Port Ellen at seven in the morning and carries up to 120 passengers.
Up to 120 people fit on the Marlow ferry, which sails from Port Ellen at 7 a.m.
Up to 150 people fit on the Marlow ferry, which sails from Port Ellen at 7 a.m.
Up to 120 people fit on the Marlow ferry, which sails from Stornoway at 7 a.m.
The Marlow ferry, which carries up to 120 passengers, does not leave from Port Ellen.

Employees receive 27 days of paid holiday per calendar year. Unused days expire on 31 March of the following year.
Staff are entitled to 27 days of paid holiday each year, and unused days expire at the end of March.
Staff are entitled to 25 days of paid holiday each year, and unused days expire at the end of March.
Staff at Nordhaven are entitled to 27 days of paid holiday each year.
Unused holiday days never expire on 31 March of the following year.

Ada Keller founded the observatory in 1912 with money that her brother had left her.
The observatory was founded in 1912 by Ada Keller, using money left to her by her brother.
The observatory was founded in 1921 by Ada Keller, using money left to her by her brother.
The observatory was founded in 1912 by Greta Holm, using money left to her by her brother.
The observatory was not founded in 1912 by Ada Keller with her brother's money.

The bridge across the Tarn is 2,460 metres long and rests on seven pillars, the tallest of which measures 245 metres.
With a length of 2,460 m, the bridge over the Tarn stands on 7 pillars.
With a length of 2,460 m, the bridge over the Tarn stands on 9 pillars.
With a length of 2,460 m, the bridge over the Rhône stands on 7 pillars.
The bridge over the Tarn does not rest on seven pillars.

Deliveries to Iceland are not insured unless the customer asks for it before the parcel is handed over.
Parcels that go to Iceland are uninsured unless the customer asks for insurance beforehand.
Parcels that go to Iceland are insured for 500 euros unless the customer asks otherwise.
Parcels that go to Malta are not insured unless the customer asks for it beforehand.
Deliveries to Iceland are insured when the customer hands over the parcel.

In its first year the library lent 18,300 books; by 1998 that figure had risen to 1.2 million.
By 1998 the library was lending 1.2 million books, up from 18,300 in its first year.
By 1998 the library was lending 1.7 million books, up from 18,300 in its first year.
By 1998 the library in Bergen was lending 1.2 million books.
By 1998 the number of books lent had not risen to 1.2 million.

The cache keeps an entry for 300 seconds. Calling refresh() drops it at once, and the next read goes to Redis.
An entry stays in the cache for 300 seconds, unless refresh() is called, which drops it immediately.
An entry stays in the cache for 600 seconds, unless refresh() is called, which drops it immediately.
After refresh() drops an entry, the next read goes to Memcached.
The cache does not keep an entry for 300 seconds.

Maria Sandoval won the Lisbon marathon in 2 hours 24 minutes, ahead of the Kenyan runner Jane Cheruiyot.
The Lisbon marathon was won by Maria Sandoval, in 2 hours and 24 minutes, ahead of Jane Cheruiyot of Kenya.
The Lisbon marathon was won by Maria Sandoval, in 2 hours and 42 minutes, ahead of Jane Cheruiyot of Kenya.
The Lisbon marathon was won by Paula Whitcombe, in 2 hours and 24 minutes.
Maria Sandoval did not win the Lisbon marathon.

Visitors may not take photographs in the east wing. Flash is allowed nowhere in the museum.
Taking photographs in the east wing is forbidden, and flash is not allowed anywhere in the museum.
Taking photographs in the 3 east wings is forbidden.
Taking photographs in the Rosenthal wing is forbidden.
Visitors may take photographs in the east wing.

The company's revenue grew by 14 % to €3.2 billion in 2020, while costs fell by a third.
Revenue rose 14 percent in 2020 and reached 3.2 billion euros; costs dropped by a third.
Revenue rose 41 percent in 2020 and reached 3.2 billion euros; costs dropped by a third.
Revenue of Halvorsen rose 14 percent in 2020 and reached 3.2 billion euros.
Revenue did not grow by 14 % in 2020.

Tickets cost twelve crowns for adults and five crowns for children under ten. Dogs travel free.
Adults pay 12 crowns, children under ten pay 5 crowns, and dogs travel free of charge.
Adults pay 12 crowns, children under ten pay 8 crowns, and dogs travel free of charge.
Adults pay 12 crowns to Oslo, and dogs travel free of charge.
Dogs do not travel free.

The committee met on 14 May 2019 in Geneva and elected Ingrid Larsen as its chair.
Ingrid Larsen was elected chair when the committee met in Geneva on May 14, 2019.
Ingrid Larsen was elected chair when the committee met in Geneva on June 14, 2019.
Ingrid Larsen was elected chair when the committee met in Vienna on May 14, 2019.
On 14 May 2019 the committee did not elect Ingrid Larsen as its chair.

The valve opens when the pressure exceeds 8 bar and closes again below 6 bar. It must never be painted.
When pressure goes above 8 bar the valve opens; it closes again under 6 bar.
When pressure goes above 9 bar the valve opens; it closes again under 6 bar.
When pressure goes above 8 bar the Hartmann valve opens.
The valve does not open when the pressure exceeds 8 bar.

Henrik Vos wrote his first novel, The Salt Road, in Antwerp during the winter of 1934.
During the winter of 1934, Henrik Vos wrote The Salt Road, his first novel, in Antwerp.
During the winter of 1943, Henrik Vos wrote The Salt Road, his first novel, in Antwerp.
During the winter of 1934, Henrik Vos wrote The Salt Road, his first novel, in Rotterdam.
Henrik Vos never wrote a novel called The Salt Road in Antwerp.

A rejected request is not retried. The client raises RequestRefused with the reason the server gave.
The client doesn't retry requests that were rejected; it raises RequestRefused with the server's reason.
The client retries rejected requests 3 times and then raises RequestRefused with the server's reason.
The client doesn't retry requests that were rejected; it raises TimeoutExpired with the server's reason.
A rejected request is retried by the client.

Roughly 3,512 people live in the valley, most of them in the village of Almen.
About 3,500 people live in the valley, mostly in the village of Almen.
About 4,500 people live in the valley, mostly in the village of Almen.
About 3,500 people live in the valley, mostly in the village of Brakel.
Most of the people in the valley do not live in the village of Almen.

The United Nations sent 40 observers to the border after the truce of 1988.
The UN sent forty observers to the border after the 1988 truce.
The UN sent fourteen observers to the border after the 1988 truce.
NATO sent forty observers to the border after the 1988 truce.
The UN sent no observers to the border after the 1988 truce.

Swedish engineers built the dam between 1957 and 1963. It supplies 85,000 households with power.
The dam was built by engineers from Sweden from 1957 to 1963 and supplies power to 85,000 households.
The dam was built by engineers from Sweden from 1957 to 1965 and supplies power to 85,000 households.
The dam was built by engineers from Portugal from 1957 to 1963 and supplies power to 85,000 households.
The dam does not supply households with power.

Members can borrow six items for three weeks. Renewal is possible twice unless another reader has reserved the item.
A member may borrow 6 items for 3 weeks, and renew them two times unless somebody else has reserved them.
A member may borrow 6 items for 5 weeks, and renew them two times unless somebody else has reserved them.
A member of the Carnegie library may borrow 6 items for 3 weeks.
Members cannot borrow six items for three weeks.

The trial of the vaccine enrolled 1,840 volunteers in Ghana; 92 of them reported a mild fever, none a serious reaction.
Of 1,840 volunteers in Ghana, 92 had a mild fever, and none reported a serious reaction.
Of 1,840 volunteers in Ghana, 29 had a mild fever, and none reported a serious reaction.
Of 1,840 volunteers in Kenya, 92 had a mild fever, and none reported a serious reaction.
Volunteers in Ghana reported a serious reaction.

Lake Orsa freezes over in late November. The ice road opens as soon as the ice is 40 centimetres thick.
As soon as the ice on Lake Orsa is 40 centimetres thick, the ice road opens.
As soon as the ice on Lake Orsa is 60 centimetres thick, the ice road opens.
As soon as the ice on Lake Inari is 40 centimetres thick, the ice road opens.
The ice road does not open when the ice is 40 centimetres thick.

The backup runs every night at 02:30 and is kept for 90 days on servers in Frankfurt.
Each night at half past two (2:30 am) a backup is made; it is kept for 90 days in Frankfurt.
Each night at 3:30 am a backup is made; it is kept for 90 days in Frankfurt.
Each night a backup is made; it is kept for 90 days in Dublin.
The backup isn't kept for 90 days.

Only residents of the district may vote, and those under sixteen may not.
Voting is limited to residents of the district; those under 16 may not vote.
Voting is limited to residents of the district; those under 18 may not vote.
Voting is limited to residents of Camden; those under 16 may not vote.
Residents of the district may not vote.

The composer's third symphony, first played in Prague in 1881, lasts about fifty minutes.
First played in 1881 in Prague, the composer's third symphony lasts around 50 minutes.
First played in 1881 in Prague, the composer's fourth symphony lasts around 50 minutes.
First played in 1881 in Leipzig, the composer's third symphony lasts around 50 minutes.
The composer's third symphony was never played in Prague.

Solar panels on the roof produce 31 megawatt hours a year, which is more than the school uses.
The school's roof panels produce 31 megawatt hours each year, more than the school uses.
The school's roof panels produce 13 megawatt hours each year, more than the school uses.
The roof panels of Eastbrook school produce 31 megawatt hours each year.
Solar panels on the roof do not produce more than the school uses.

Dr. Naomi Adeyemi leads the clinic in Lagos, which treats some 200 patients a day.
The clinic in Lagos is led by Naomi Adeyemi and treats some 200 patients per day.
The clinic in Lagos is led by Naomi Adeyemi and treats some 700 patients per day.
The clinic in Lagos is led by Tunde Bakare and treats some 200 patients per day.
The clinic in Lagos is not led by Naomi Adeyemi.

If the lamp blinks twice, the battery is below 10 percent. Charging takes about four hours.
A lamp that blinks twice means that the battery is below 10 %; charging takes about 4 hours.
A lamp that blinks twice means that the battery is below 20 %; charging takes about 4 hours.
A lamp from Philips that blinks twice means that the battery is below 10 %.
When the battery is below 10 percent, the lamp does not blink.

The treaty was signed at Utrecht in 1713 by Britain and France; Spain joined a year later.
Britain and France signed the treaty in 1713 at Utrecht, and Spain joined a year later.
Britain and France signed the treaty in 1731 at Utrecht, and Spain joined a year later.
Britain and Austria signed the treaty in 1713 at Utrecht, and Spain joined a year later.
The treaty was not signed at Utrecht by Britain and France.

The old mill was never connected to the railway, so flour went by barge down the Severn.
Flour travelled by barge on the Severn, since the old mill was never connected to the railway.
Flour travelled on 12 barges down the Severn, since the old mill was never connected to the railway.
Flour travelled by barge on the Humber, since the old mill was never connected to the railway.
The old mill was connected to the railway.

Version 3.4 adds streaming replies and drops support for Python 3.8. Settings files from 3.3 still load.
Streaming replies were added in version 3.4, which also drops support for Python 3.8.
Streaming replies were added in version 3.5, which also drops support for Python 3.8.
Streaming replies were added in version 3.4, which also drops support for Ruby.
Settings files from 3.3 no longer load, and are not read.

Emperor Leopold granted the town the right to hold two markets a year in 1286.
In 1286 the town received from Emperor Leopold the right to hold two markets each year.
In 1286 the town received from Emperor Leopold the right to hold four markets each year.
In 1286 the town received from Emperor Rudolf the right to hold two markets each year.
The emperor did not grant the town the right to hold markets.

Applications must arrive by 30 September. Late applications are returned unopened.
The deadline for applications is 30 September; those arriving late are returned unopened.
The deadline for applications is 15 September; those arriving late are returned unopened.
Applications to Harvard must arrive by 30 September.
Late applications are not returned unopened.

Two thirds of the wood comes from Finland and the remainder from Latvia; none of it is treated.
The wood is untreated; two thirds of it is Finnish, the remainder from Latvia.
The wood is untreated; three quarters of it is Finnish, the remainder from Latvia.
The wood is untreated; two thirds of it is from Canada, the remainder from Latvia.
The remainder of the wood does not come from Latvia.

The comet returns every 76 years. Edmond Halley predicted its return in 1705 but did not live to see it.
The comet comes back every 76 years, as Edmond Halley predicted in 1705.
The comet comes back every 67 years, as Edmond Halley predicted in 1705.
The comet comes back every 76 years, as Isaac Newton predicted in 1705.
Edmond Halley did live to see the predicted return of the comet.

Passengers with a Citycard get a discount of 20 % on all trams, but not on the airport bus.
Citycard holders pay 20 percent less on all trams, though the discount does not apply to the airport bus.
Citycard holders pay 30 percent less on all trams, though the discount does not apply to the airport bus.
Holders of an Oystercard get a discount of 20 percent on all trams.
Passengers with a Citycard do not get a discount on trams.

The reactor was shut down in April 2011 after a crack had been found. It has not run since.
After a crack was found, the reactor was shut down in April 2011, and it has not run since.
After a crack was found, the reactor was shut down in April 2012, and it has not run since.
After a crack was found, the reactor at Belleville was shut down in April 2011.
The reactor was not shut down after a crack had been found.

Lena Ortiz and her sister opened the bakery with 4,000 dollars. They now employ 63 people.
With 4,000 dollars, Lena Ortiz opened the bakery together with her sister; today they employ 63 people.
With 9,000 dollars, Lena Ortiz opened the bakery together with her sister; today they employ 63 people.
With 4,000 dollars, Carla Mendes opened the bakery together with her sister; today they employ 63 people.
Lena Ortiz and her sister did not open the bakery.

The warranty lasts 24 months and does not cover damage caused by water.
Damage caused by water is not covered by the warranty, which lasts 24 months.
Damage caused by water is not covered by the warranty, which lasts 36 months.
Damage caused by water is not covered by the Bosch warranty, which lasts 24 months.
The warranty does cover damage caused by water.

Around the year 1400 the port of Calicut traded pepper with Venice, Cairo and Malacca.
About 1400, pepper was traded between the port of Calicut and Venice, Cairo and Malacca.
About 1600, pepper was traded between the port of Calicut and Venice, Cairo and Malacca.
About 1400, pepper was traded between the port of Calicut and Lisbon.
Around 1400 the port of Calicut did not trade pepper with Venice.

Every class has one teacher and at most eighteen pupils. Lessons begin at 8:15.
No more than 18 pupils are in a class, which has one teacher; lessons begin at 8:15.
No more than 28 pupils are in a class, which has one teacher; lessons begin at 8:15.
At Ravenswood, no more than 18 pupils are in a class, which has one teacher.
Lessons do not begin at 8:15.

The orchard has 350 apple trees of eleven old sorts. Visitors pick the fruit themselves in October.
In October, visitors pick apples themselves from the orchard's 350 trees of 11 old sorts.
In October, visitors pick apples themselves from the orchard's 530 trees of 11 old sorts.
In October, visitors pick apples themselves from the trees of the Wickham orchard.
Visitors do not pick the fruit themselves.

A court in Madrid fined the bank 5 million euros. The bank's lawyer, Jorge Peral, said it would appeal.
The bank was fined 5 million euros by a court in Madrid and will appeal, its lawyer Jorge Peral said.
The bank was fined 15 million euros by a court in Madrid and will appeal, its lawyer Jorge Peral said.
The bank was fined 5 million euros by a court in Lyon and will appeal, its lawyer Jorge Peral said.
The court in Madrid did not fine the bank.
""".strip().split("\n\n")
]

ABROAD = [
    ("Die Fähre fährt jeden Tag um sieben Uhr ab.", "Die Fähre legt täglich um 7 Uhr ab."),
    ("Die Fähre fährt jeden Tag um sieben Uhr ab.", "The ferry sails every day at seven."),
    ("The museum is closed on Mondays.", "Le musée est fermé le lundi, et il n'ouvre pas avant mardi."),
    ("Los billetes cuestan doce coronas para adultos.", "Un adulto paga 12 coronas por su billete."),
    ("La biblioteca chiude alle 18 e non apre la domenica.", "La biblioteca non è aperta di domenica."),
    ("渡船は毎朝七時に出発します。", "渡船は毎朝七時に出ます。"),
    ("Паром отправляется каждое утро в семь часов.", "Каждое утро в семь часов отходит паром."),
    ("Feribot her sabah saat yedide kalkar ve bir saat sürer.", "Her sabah yedide bir feribot kalkar."),
    ("Biljetten kostar 120 kronor och gäller i två timmar.", "En biljett för två timmar kostar 120 kr."),
    ("תחנת הרכבת נסגרת בחצות.", "הרכבת לא פועלת אחרי חצות."),
]
"""Passages, and true sentences of which one or both are in another language than English."""
