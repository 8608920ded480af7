"""Addresses of the door, one's own account, and the people of the agency."""

from django.urls import path

from sinergi.access.views import account, door, factors, people, trail

app_name = "access"
urlpatterns = [
    path("masuk/", door.sign_in, name="sign-in"),
    path("masuk/kode/", door.second_step, name="second-step"),
    path("masuk/kunci-sandi/", door.sign_in_with_passkey, name="passkey"),
    path("masuk/kunci-sandi/tantangan/", door.passkey_challenge, name="passkey-challenge"),
    # Below the door, because the cookie of a known device goes there only.
    path("masuk/pastikan/", factors.prove, name="prove"),
    path("masuk/pastikan/tantangan/", factors.prove_challenge, name="prove-challenge"),
    path("keluar/", door.sign_out, name="sign-out"),
    path("akun/", account.account, name="account"),
    path("akun/kata-sandi/", account.password, name="password"),
    path("akun/sesi/akhiri/", account.end_sessions, name="end-sessions"),
    path("akun/faktor/", factors.factors, name="factors"),
    path("akun/faktor/kunci-sandi/", factors.add_passkey, name="passkey-new"),
    path("akun/faktor/kunci-sandi/tantangan/", factors.enrol_challenge, name="enrol-challenge"),
    path("akun/faktor/kunci-sandi/<int:number>/cabut/", factors.remove_passkey, name="passkey-end"),
    path("akun/faktor/kode/", factors.code, name="code"),
    path("akun/faktor/kode/pasang/", factors.begin_code, name="code-new"),
    path("akun/faktor/kode/cabut/", factors.remove_code, name="code-end"),
    path("akun/faktor/pemulihan/", factors.recovery, name="recovery"),
    path("kelola/pengguna/", people.people, name="people"),
    path("kelola/pengguna/baru/", people.add, name="person-new"),
    path("kelola/pengguna/<slug:actor_id>/", people.person, name="person"),
    path("kelola/pengguna/<slug:actor_id>/penugasan/", people.give_duty, name="duty-new"),
    path("kelola/pengguna/<slug:actor_id>/penugasan/<int:number>/akhir/", people.end_duty, name="duty-end"),
    path("kelola/pengguna/<slug:actor_id>/penangguhan/", people.suspend, name="suspension"),
    path("kelola/pengguna/<slug:actor_id>/kata-sandi/", people.reset_password, name="password-reset"),
    path("kelola/pengguna/<slug:actor_id>/faktor/", people.reset_factors, name="factors-reset"),
    path("kelola/pengguna/<slug:actor_id>/token/", people.make_token, name="token-new"),
    path("kelola/pengguna/<slug:actor_id>/token/<int:number>/cabut/", people.revoke_token, name="token-end"),
    path("kelola/jejak/", trail.trail, name="trail"),
]
