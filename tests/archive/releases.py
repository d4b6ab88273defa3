"""A release of a regency's election commission, and what outlets make of it; all people and figures are invented."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

RELEASE = (
    (
        "KPU Kabupaten Muara Seruni menetapkan 184.327 pemilih dalam daftar pemilih tetap Pilkada 2024 melalui rapat pleno"
        " terbuka di Gedung Serbaguna Seruni, Jumat (20/9/2024) siang, yang dihadiri Bawaslu dan saksi kedua bakal pasangan."
    ),
    (
        "Ketua KPU Muara Seruni Hendra Wisakti mengatakan daftar itu tersebar di 12 kecamatan dan 437 tempat pemungutan suara,"
        " dengan 93.118 pemilih laki-laki dan 91.209 pemilih perempuan."
    ),
    (
        "“Kami sudah mencocokkan data dari rumah ke rumah selama sebulan penuh, dan setiap masukan dari Bawaslu kami bahas satu"
        " per satu sebelum rapat pleno ini,” ujar Hendra."
    ),
    (
        "Ia menjelaskan 2.641 nama dicoret karena meninggal dunia, pindah domisili, atau tercatat lebih dari sekali, sedangkan"
        " 1.987 pemilih baru masuk karena genap berusia tujuh belas tahun pada hari pemungutan suara."
    ),
    (
        "Anggota Bawaslu Muara Seruni Lestari Ambarani meminta warga yang belum terdaftar segera melapor ke panitia pemungutan"
        " suara di desa masing-masing dengan membawa KTP elektronik."
    ),
    (
        "“Jangan tunggu sampai hari pencoblosan baru bertanya kenapa nama tidak ada, sebab petugas kami masih membuka posko"
        " aduan di setiap kecamatan sampai akhir bulan depan,” kata Lestari."
    ),
    (
        "Setelah penetapan ini, salinan daftar ditempel di kantor desa dan kelurahan serta dapat dilihat melalui laman resmi"
        " penyelenggara agar masyarakat bisa memeriksa namanya sendiri."
    ),
)
VERBATIM = RELEASE
TRIMMED = RELEASE[:5]
PADDED = (
    "Warga Muara Seruni kini dapat memastikan haknya pada pemilihan bupati yang tinggal dua bulan lagi.",
    *RELEASE[:4],
    "Pemutakhiran data pemilih sendiri dikenal sebagai tahapan paling panjang dalam setiap pemilihan kepala daerah.",
    "Cuaca buruk di wilayah hulu sempat menyulitkan petugas menjangkau beberapa dusun yang hanya bisa dicapai perahu.",
    *RELEASE[4:],
    "Selain itu, sejumlah pengamat menilai tingkat partisipasi akan bergantung pada kedekatan calon dengan pemilih muda.",
)
REWORDED = (
    (
        "Sebanyak 184.327 warga Muara Seruni dipastikan berhak mencoblos pada pemilihan bupati tahun ini setelah komisi"
        " pemilihan setempat mengetuk palu di hadapan pengawas dan wakil para calon, Jumat (20/9/2024)."
    ),
    (
        "Menurut Hendra Wisakti yang memimpin lembaga itu, pemilih perempuan berjumlah 91.209 orang, sementara laki-laki 93.118"
        " orang, dan semuanya akan dilayani oleh 437 TPS."
    ),
    RELEASE[2],
    (
        "Dalam perbaikan terakhir penyelenggara menghapus 2.641 orang, umumnya almarhum atau yang sudah pindah rumah, lalu"
        " menambah 1.987 orang yang baru cukup umur."
    ),
    "Pengawas pemilu juga angkat bicara soal mereka yang tercecer dari catatan.",
    RELEASE[5],
    "Daftar lengkap bisa dicek di balai desa.",
)
SAME_EVENT = (
    (
        "Rapat pleno penetapan pemilih di Muara Seruni, Jumat (20/9/2024), berlangsung alot karena seorang saksi menolak meneken"
        " berita acara."
    ),
    (
        "Saksi dari salah satu bakal pasangan, Yusran Dolan, menilai rekap 184.327 pemilih belum mencerminkan kondisi lapangan"
        " di Kecamatan Hulu Seruni."
    ),
    (
        "“Di tiga desa kami menemukan orang yang sudah lama merantau masih tercantum, jadi bagi kami angka ini masih harus dibuka"
        " lagi,” ucap Yusran selepas rapat."
    ),
    (
        "Perdebatan itu membuat sidang diskors dua kali sebelum akhirnya pimpinan meminta keberatan dicatat pada formulir khusus"
        " dan rapat ditutup menjelang magrib dengan pengawalan polisi."
    ),
)
SAME_SPEAKER = (
    (
        "Gudang logistik KPU Muara Seruni mulai menerima kotak dan bilik suara dari penyedia pada Selasa (15/10/2024) pagi dengan"
        " pengawalan polisi bersenjata lengkap."
    ),
    (
        "Ketua KPU Muara Seruni Hendra Wisakti mengatakan truk pertama membawa 880 kotak suara, dan sisanya tiba bertahap memakai"
        " kapal sungai karena jalan darat ke hulu terputus."
    ),
    (
        "“Begitu tiba langsung kami hitung dan simpan di rak, lalu segel dipasang bersama pengawas supaya tidak ada pertanyaan di"
        " kemudian hari,” ujar Hendra."
    ),
    (
        "Surat suara dijadwalkan datang pekan berikutnya, dan pelipatan akan melibatkan warga sekitar gudang yang didata oleh"
        " kelurahan."
    ),
)


def daily_count(day: int, first: str, second: str, stations: str, share: str) -> tuple[str, ...]:
    """Give a piece that an outlet runs each day with other figures."""
    return (
        (
            f"Berikut perkembangan penghitungan suara Pilkada Muara Seruni hingga hari ke-{day} pukul 18.00 WITA berdasarkan data"
            f" yang dihimpun redaksi dari formulir C Hasil di seluruh kecamatan."
        ),
        (
            f"Pasangan nomor urut 1 memperoleh {first} suara, sedangkan pasangan nomor urut 2 memperoleh {second} suara dari"
            f" {stations} TPS yang sudah masuk atau sekitar {share} persen dari seluruh TPS."
        ),
        (
            "Angka tersebut bukan hasil resmi karena rekapitulasi berjenjang masih berlangsung di tingkat kecamatan, dan pembaca"
            " dapat menunggu penetapan oleh penyelenggara pada waktunya."
        ),
    )


WITA = timezone(timedelta(hours=8))
DAY = date(2024, 9, 20)
OUTLETS = ("kabar", "suara", "warta", "hulu", "pesisir", "seruni")


def hour(day: date, number: int) -> dict[str, Any]:
    return {"published_date": day, "published_at": datetime(day.year, day.month, day.day, number, tzinfo=WITA)}


STORIES: dict[str, tuple[str, Sequence[str], dict[str, Any]]] = {
    "first": ("kabar", VERBATIM, hour(DAY, 9)),
    "copy": ("suara", VERBATIM, hour(DAY, 10)),
    "trimmed": ("warta", TRIMMED, hour(DAY, 11)),
    "padded": ("hulu", PADDED, {"published_date": DAY + timedelta(days=1)}),
    "reworded": ("pesisir", REWORDED, hour(DAY + timedelta(days=2), 7)),
    "event": ("seruni", SAME_EVENT, hour(DAY, 20)),
    "speaker": ("suara", SAME_SPEAKER, hour(DAY + timedelta(days=3), 8)),
}
