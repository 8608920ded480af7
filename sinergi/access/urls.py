"""Addresses of the door, one's own account, and the people of the agency."""

from django.urls import path

from sinergi.access.views import account, door, people, trail

app_name = "access"
urlpatterns = [
    path("masuk/", door.sign_in, name="sign-in"),
    path("keluar/", door.sign_out, name="sign-out"),
    path("akun/", account.account, name="account"),
    path("akun/kata-sandi/", account.password, name="password"),
    path("akun/sesi/akhiri/", account.end_sessions, name="end-sessions"),
    path("kelola/pengguna/", people.people, name="people"),
    path("kelola/pengguna/baru/", people.add, name="person-new"),
    path("kelola/pengguna/<slug:actor_id>/", people.person, name="person"),
    path("kelola/pengguna/<slug:actor_id>/penugasan/", people.give_duty, name="duty-new"),
    path("kelola/pengguna/<slug:actor_id>/penugasan/<int:number>/akhir/", people.end_duty, name="duty-end"),
    path("kelola/pengguna/<slug:actor_id>/penangguhan/", people.suspend, name="suspension"),
    path("kelola/pengguna/<slug:actor_id>/kata-sandi/", people.reset_password, name="password-reset"),
    path("kelola/pengguna/<slug:actor_id>/token/", people.make_token, name="token-new"),
    path("kelola/pengguna/<slug:actor_id>/token/<int:number>/cabut/", people.revoke_token, name="token-end"),
    path("kelola/jejak/", trail.trail, name="trail"),
]
