"""Addresses of the door, one's own account, and the people of the agency."""

from django.urls import path

from sinergi.access.views import account, door

app_name = "access"
urlpatterns = [
    path("masuk/", door.sign_in, name="sign-in"),
    path("keluar/", door.sign_out, name="sign-out"),
    path("akun/", account.account, name="account"),
    path("akun/kata-sandi/", account.password, name="password"),
    path("akun/sesi/akhiri/", account.end_sessions, name="end-sessions"),
]
