"""Words of the explanation that belong to the engine and to no country, in three languages."""

from core.text3 import Text3

TOTAL = Text3(ar="المجموع", en="Total", fr="Total")
ROUNDED_BASE = Text3(ar="الأساس بعد التقريب", en="Base, rounded", fr="Assiette arrondie")
AREA = Text3(ar="المساحة المسقوفة", en="Covered area", fr="Surface couverte")
LAND_AREA = Text3(ar="مساحة الأرض", en="Land area", fr="Superficie du terrain")
RENT = Text3(ar="الإيجار السنوي المتوقع", en="Expected annual rent", fr="Loyer annuel attendu")
VALUE = Text3(ar="القيمة السوقية", en="Market value", fr="Valeur vénale")
USE = Text3(ar="الاستعمال", en="Use", fr="Usage")
VACANT = Text3(ar="شاغر", en="Vacant", fr="Vacant")
OWNER_OCCUPIED = Text3(ar="يسكنه المالك", en="Occupied by its owner", fr="Occupé par le propriétaire")
EXEMPT = Text3(ar="معفى بحكم القانون", en="Exempt by law", fr="Exonéré par la loi")
EXEMPTION = Text3(ar="إعفاء", en="Exemption", fr="Exonération")
RESIDENTIAL = Text3(ar="سكني", en="Residential", fr="Habitation")
NON_RESIDENTIAL = Text3(ar="غير سكني", en="Non-residential", fr="Autre qu’habitation")
USES = {"residential": RESIDENTIAL, "non_residential": NON_RESIDENTIAL}
TERMS = Text3(ar="شروط السداد", en="Terms of payment", fr="Conditions de paiement")
