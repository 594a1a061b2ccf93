"""Words from which names of streets, places and persons are made: Arabic with its English spelling."""

Pair = tuple[str, str]


def _pairs(text: str) -> tuple[Pair, ...]:
    """Read "Arabic=Latin" pairs, one after another, separated by commas."""
    pairs = (item.split("=") for item in text.replace("\n", " ").split(","))
    return tuple((arabic.strip(), latin.strip()) for arabic, latin in pairs)


PLANTS = _pairs("""
الزيتون=al-Zaytun, التين=al-Tin, الرمان=al-Rumman, اللوز=al-Lawz, العنب=al-Inab, الخروب=al-Kharrub,
السرو=al-Saru, الصنوبر=al-Sanawbar, البلوط=al-Ballut, الزعرور=al-Zarur, السماق=al-Summaq,
الياسمين=al-Yasmin, الزعتر=al-Zaatar, الميرمية=al-Mayramiya, التوت=al-Tut, الجوز=al-Jawz,
المشمش=al-Mishmish, البرقوق=al-Barquq, السفرجل=al-Safarjal, الليمون=al-Laymun, النخيل=al-Nakhil,
الصفصاف=al-Safsaf, البطم=al-Butm, السدر=al-Sidr, الغار=al-Ghar, الحبق=al-Habaq, النرجس=al-Narjis,
الريحان=al-Rayhan, الدفلى=al-Difla, الخزامى=al-Khuzama, القندول=al-Qandul, الخبيزة=al-Khubbayza
""")
SPOTS = _pairs("""
العين=al-Ayn, النبع=al-Nab, الوادي=al-Wadi, الجبل=al-Jabal, المعصرة=al-Maasara, الطاحون=al-Tahun,
البيادر=al-Bayadir, الكروم=al-Kurum, الجامع=al-Jami, السوق=al-Suq, الخان=al-Khan, القناطر=al-Qanatir,
البلدية=al-Baladiya, المدرسة=al-Madrasa, الملعب=al-Malab, الحديقة=al-Hadiqa, القلعة=al-Qala,
البرج=al-Burj, الدير=al-Dayr, البركة=al-Birka, المنطار=al-Mantar, الخلة=al-Khalla, المرج=al-Marj,
السهل=al-Sahl, التلة=al-Talla, الصخرة=al-Sakhra, المغارة=al-Maghara, البئر=al-Bir, القناة=al-Qana,
المحاجر=al-Mahajir, المطل=al-Mutill, السنديان=al-Sindiyan, الفخار=al-Fakhkhar, النجارين=al-Najjarin,
الحدادين=al-Haddadin, العطارين=al-Attarin, الغزالين=al-Ghazzalin, الصباغين=al-Sabbaghin
""")
CITIES = _pairs("""
القدس=al-Quds, نابلس=Nablus, الخليل=al-Khalil, رام الله=Ramallah, جنين=Jenin, غزة=Ghazza, يافا=Yafa,
حيفا=Hayfa, عكا=Akka, بيت لحم=Bayt Lahm, أريحا=Ariha, طولكرم=Tulkarm, الناصرة=al-Nasira, صفد=Safad,
بغداد=Baghdad, دمشق=Dimashq, القاهرة=al-Qahira, عمان=Amman, بيروت=Bayrut, تونس=Tunis, قرطبة=Qurtuba,
غرناطة=Gharnata, صنعاء=Sanaa, مراكش=Marrakush, السلام=al-Salam, الحرية=al-Hurriya, الكرامة=al-Karama,
الوحدة=al-Wahda, النور=al-Nur, الأمل=al-Amal, الربيع=al-Rabi, الشروق=al-Shuruq
""")
LAND_HEADS = _pairs("""
وادي=Wadi, عين=Ayn, كرم=Karm, خلة=Khallat, بئر=Bir, باب=Bab, رأس=Ras, ظهر=Dahr, تلة=Tallat,
بيادر=Bayadir, مرج=Marj, شعب=Shib, حبلة=Hablat, جورة=Jurat, عرق=Irq, مراح=Marah
""")
VILLAGE_HEADS = _pairs("""
بيت=Bayt, دير=Dayr, كفر=Kafr, خربة=Khirbat, عين=Ain, وادي=Wadi, تل=Tall, مزرعة=Mazraat, برج=Burj
""")
TITLES = _pairs("الشيخ=Sheikh, الدكتور=Doctor, الأستاذ=Ustadh, الشاعر=Poet, القاضي=Judge, المعلم=Muallim")
MEN = _pairs("""
محمد=Muhammad, أحمد=Ahmad, محمود=Mahmud, يوسف=Yusuf, إبراهيم=Ibrahim, خليل=Khalil, مصطفى=Mustafa,
حسن=Hasan, حسين=Husayn, علي=Ali, عمر=Umar, عثمان=Uthman, خالد=Khalid, سعيد=Said, صالح=Salih,
سليمان=Sulayman, داود=Dawud, عيسى=Isa, موسى=Musa, إسماعيل=Ismail, يعقوب=Yaqub, إسحق=Ishaq,
جميل=Jamil, رشيد=Rashid, نبيل=Nabil, سمير=Samir, وليد=Walid, طارق=Tariq, زياد=Ziyad, رامي=Rami,
فؤاد=Fuad, هانئ=Hani, رائد=Raid, ماهر=Mahir, ناصر=Nasir, باسم=Basim, عماد=Imad, فادي=Fadi,
جورج=Jurj, حنا=Hanna, إلياس=Ilyas, نقولا=Niqula, عبد الله=Abdullah, عبد الرحمن=Abd al-Rahman,
عبد الكريم=Abd al-Karim, عبد القادر=Abd al-Qadir, عبد الرزاق=Abd al-Razzaq, نور الدين=Nur al-Din,
صلاح الدين=Salah al-Din, عز الدين=Izz al-Din, منير=Munir, شكري=Shukri, توفيق=Tawfiq, عادل=Adil
""")
WOMEN = _pairs("""
فاطمة=Fatima, خديجة=Khadija, عائشة=Aisha, مريم=Maryam, آمنة=Amina, زينب=Zaynab, سعاد=Suad, نوال=Nawal,
ليلى=Layla, سلمى=Salma, هدى=Huda, رنا=Rana, ريم=Rim, دلال=Dalal, نجاح=Najah, وفاء=Wafa, سميرة=Samira,
نادية=Nadia, رجاء=Raja, إيمان=Iman, أسماء=Asma, هناء=Hana, منى=Muna, سناء=Sana, لمى=Lama, ياسمين=Yasmin,
رولا=Rula, سهى=Suha, انتصار=Intisar, حنان=Hanan, تغريد=Taghrid, بثينة=Buthayna
""")
FAMILIES = _pairs("""
السروي=al-Sarawi, أبو غزالة=Abu Ghazala, الطويل=al-Tawil, النابلسي=al-Nabulsi, الخطيب=al-Khatib,
حداد=Haddad, نجار=Najjar, قاسم=Qasim, بركات=Barakat, عودة=Awda, شاهين=Shahin, زيدان=Zaydan,
حمدان=Hamdan, سلامة=Salama, منصور=Mansur, درويش=Darwish, الأشقر=al-Ashqar, الحلبي=al-Halabi,
المصري=al-Masri, الشامي=al-Shami, القاضي=al-Qadi, عبد الهادي=Abd al-Hadi, أبو عيشة=Abu Aysha,
أبو زهرة=Abu Zahra, أبو سالم=Abu Salim, أبو حجلة=Abu Hajla, أبو شمعة=Abu Shama, طوقان=Tuqan,
كنعان=Kanaan, جرار=Jarrar, عواد=Awwad, صبح=Subh, خوري=Khuri, سابا=Saba, مسعود=Masud, دياب=Diyab,
ناصيف=Nasif, شلبي=Shalabi, حجازي=Hijazi, البيطار=al-Baytar, الصباغ=al-Sabbagh, العطار=al-Attar,
الزيتاوي=al-Zaytawi, الكرمي=al-Karmi, التيناوي=al-Tinawi, الرمحي=al-Rumhi, البلوطي=al-Balluti,
المغربي=al-Maghribi, الترك=al-Turk, الكردي=al-Kurdi, عساف=Assaf, غانم=Ghanim, سعادة=Saada, هلال=Hilal,
نصار=Nassar, فرح=Farah, ربيع=Rabi, صوالحة=Sawalha, دراغمة=Daraghma, ظاهر=Dahir, حواري=Hawwari,
عنبتاوي=Anabtawi, قعدان=Qaadan, جابر=Jabir, مرعي=Marai, خضر=Khidr, عرفات=Arafat, مطر=Matar,
يعيش=Yaish, بعيش=Baish, سنقرط=Sunuqrut, التميمي=al-Tamimi, الجعبري=al-Jaabari, القواسمي=al-Qawasmi
""")


def in_french(english: str) -> str:
    """Respell an English transliteration as French readers expect it (Yusuf becomes Yousouf)."""
    for english_sound, french_sound in (
        ("Sh", "Ch"), ("sh", "ch"), ("aw", "aou"), ("ay", "aï"), ("Kh", "Kh"), ("U", "Ou"), ("u", "ou"),
        ("aouou", "aou"), ("ouou", "ou"), ("W", "Ou"), ("oou", "ou"),
    ):  # fmt: skip
        english = english.replace(english_sound, french_sound)
    return english
