"""What a trial does itself between the lines of the document: scripts for a root shell in the machine."""

HOST = "atlas.example.org"
URL = f"https://{HOST}"
SOURCE = "/media/source.git"
KEPT = "/media/kept"
# Those of here, whatever state is installed.
CONTRIBUTOR = "/media/contributor.py"
MAILBOX = "/media/mailbox.py"
# An authority of the machine's own, which certbot asks and the machine trusts: no true one can see the machine.
AUTHORITY = """
apt-get install --yes --no-install-recommends pebble > /dev/null
install -d /root/authority
cd /root/authority
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \\
  -addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem 2> /dev/null
cat > pebble.json <<END
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000",
  "certificate": "/root/authority/cert.pem", "privateKey": "/root/authority/key.pem", "httpPort": 80, "tlsPort": 443}}
END
systemd-run --quiet --unit=authority --setenv=PEBBLE_VA_NOSLEEP=1 --setenv=PEBBLE_WFE_NONCEREJECT=0 \\
  "$(command -v pebble)" -config /root/authority/pebble.json
asked() { env -u SSL_CERT_FILE curl --silent --fail --cacert cert.pem "$1"; }
for turn in $(seq 100); do asked https://localhost:14000/dir > /dev/null && break; sleep 0.2; done
asked https://localhost:15000/roots/0 > /usr/local/share/ca-certificates/atlas.crt
cp cert.pem /usr/local/share/ca-certificates/authority.crt
update-ca-certificates
install -d /etc/letsencrypt
echo 'server = https://localhost:14000/dir' > /etc/letsencrypt/cli.ini
cd /srv/atlas
"""
# As certbot's own timer does it, but at once: the proof goes through our nginx this time, which must load what it brings.
RENEW = f"""
number() {{ openssl x509 -noout -serial; }}
served() {{ echo | openssl s_client -connect {HOST}:443 -servername {HOST} 2> /dev/null | number; }}
before=$(served)
certbot renew --force-renewal --no-random-sleep-on-renew
after=$(number < /etc/letsencrypt/live/{HOST}/cert.pem)
for turn in $(seq 100); do test "$(served)" = "$after" && break; sleep 0.2; done
echo "before: $before, now: $(served)"
test "$before" != "$after" && test "$(served)" = "$after"
"""
# No source is bothered for a trial: sync and check_integrity have to say that they reached none.
BEFORE = f"""
echo 127.0.0.1 {HOST} >> /etc/hosts
echo 127.0.0.1 eutils.ncbi.nlm.nih.gov api.crossref.org www.ebi.ac.uk api.openalex.org gitlab.com >> /etc/hosts
git config --system --add safe.directory '*' 2>/dev/null || printf '[safe]\\n directory = *\\n' > /etc/gitconfig
"""
# Studies, so that there is a history to restore, and two messages; the words that open them stay in the machine.
CONTENT = f"""
cd /srv/atlas
runuser -u atlas -- .venv/bin/python manage.py load_sample > /dev/null
contribute() {{ env -u SSL_CERT_FILE python3 {CONTRIBUTOR} "$@"; }}
contribute send {URL} 'Table 2 says 41.' > /root/erased.words
contribute send {URL} 'Table 2 says 42.' > /root/stays.words
test "$(contribute open {URL} "$(cat /root/erased.words)")" = open
echo 'two messages sent and opened'
"""
ERASE = """
cd /srv/atlas
runuser -u atlas -- .venv/bin/python manage.py shell --no-imports -v 0 -c '
from django.utils import timezone
from contributions import retention, thread
from contributions.models import Contribution
found = Contribution.objects.earliest("pk")
thread.take_back(contribution=found, at=timezone.now())
retention.erase(contribution=Contribution.objects.get(pk=found.pk), actors=retention.CLOCK, at=timezone.now())
'
wc -l < /var/lib/atlas-ledger/erasures.log
"""
# After a restore: what was erased since the backup was made stays away, the other message opens.
MESSAGES = f"""
cd /srv/atlas
contribute() {{ env -u SSL_CERT_FILE python3 {CONTRIBUTOR} "$@"; }}
for name in erased stays; do
  [ -f /root/$name.words ] || cp {KEPT}/$name.words /root
  echo "$name: $(contribute open {URL} "$(cat /root/$name.words)")"
done > /root/messages
cat /root/messages
test "$(tr '\\n' ' ' < /root/messages)" = 'erased: closed stays: open '
"""
# Somebody who reads page after page of the service itself, past what nginx keeps, and has read each once before it goes on.
READER = f"""
cat > /root/reader.sh <<'END'
ask() {{
  curl --silent --output /dev/null --max-time 100 --write-out '%{{http_code}} %{{time_total}}' --unix-socket /run/atlas.sock \\
    --header 'X-Forwarded-Proto: https' --header 'X-Forwarded-For: 192.0.2.1' "http://{HOST}$1"
}}
for turn in $(seq 100000); do
  for path in / "/evidence/?q=pain+$turn" /map/ /pem/ /topics/ /definitions/ /retractions/ /changes/ /guides/ /glossary/ \\
    /questions/ /data/ /about/ /feeds/ /contribute/ /my-contribution/ /reading-list/ /figures/ /preferences/ /admin/login/; do
    echo "$(ask "$path") $path"
  done
done > /root/read
END
systemd-run --quiet --unit=reader bash /root/reader.sh
for turn in $(seq 300); do [ "$(wc -l < /root/read)" -gt 200 ] && break; sleep 0.2; done
"""
READ = """
sleep 5
systemctl stop reader
cut --delimiter=' ' --fields=1 /root/read | sort | uniq --count
sort --key=2 --numeric-sort /root/read | tail -n 1
test "$(cut --delimiter=' ' --fields=1 /root/read | sort --unique)" = 200
"""
# What the mail server of atlas.env is in the document: the machine's own, with a certificate that the machine trusts.
MAIL_SERVER = f"""
install -d -m 700 /root/mails /root/mailbox
cd /root/mailbox
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=mail.example.org \\
  -addext subjectAltName=DNS:mail.example.org -keyout key.pem -out cert.pem 2> /dev/null
cp cert.pem /usr/local/share/ca-certificates/mailbox.crt
update-ca-certificates > /dev/null
echo 127.0.0.1 mail.example.org >> /etc/hosts
systemd-run --quiet --unit=mailbox python3 {MAILBOX} 587 /root/mails /root/mailbox/cert.pem /root/mailbox/key.pem
"""
# A mail about an account leaves with the next run; of a backup that could not be written the operator hears at once.
MAILS = """
cd /srv/atlas
came() { grep --quiet "^To: $1" /root/mails/*.eml && grep --quiet --ignore-case "$2" /root/mails/*.eml; }
ran() { for turn in 1 2 3; do systemctl start "atlas-run@$1"; came "$2" "$3" && return; done; false; }
atlas-manage reset_second_factor maria
ran send_notices maria@example.org 'second factor'
chmod 500 /var/backups/atlas
! systemctl start atlas-run@backup
ran alarm atlas@example.org backup
chmod 700 /var/backups/atlas
systemctl start atlas-run@backup
grep --no-filename '^Subject' /root/mails/*.eml
"""
UNITS = "for unit in $(cd deploy/systemd && ls *.timer); do systemctl show --property=Unit --value $unit; done"
# Without a network the two that ask services must end with 1; the others must do all their work.
TIMERS = f"""
cd /srv/atlas
for unit in $({UNITS}); do
  systemctl start $unit || true
  result=$(systemctl show --property=Result --value $unit)
  echo "$unit: $result"
  case $unit in *sync*|*integrity*) test $result = exit-code ;; *) test $result = success ;; esac
done
manage='runuser -u atlas -- .venv/bin/python manage.py'
[ ! -e /usr/local/sbin/atlas-manage ] || manage=atlas-manage
$manage status || true
systemctl list-timers --no-pager 'atlas-*' | head -n 12
"""
LOOK = f"""
cd /srv/atlas
systemctl is-active atlas-web.socket atlas-web.service nginx postgresql
for path in / /evidence/ /pem/ /contribute/ /api/v1/ /data/ /admin/login/; do
  said=$(curl --silent --location --output /dev/null --write-out '%{{http_code}} HTTP/%{{http_version}}' {URL}$path)
  echo "$path $said"
  test "$said" = '200 HTTP/2'
done
curl --silent --output /dev/null --write-out 'http: %{{http_code}} %{{redirect_url}}\\n' http://{HOST}/pem/ | tee /root/said
grep --quiet 'http: 301 {URL}/pem/' /root/said
style=$(curl --silent {URL}/ | grep --only-matching '/static/[^"]*css' | head -n 1)
curl --silent --fail --output /dev/null --write-out 'style sheet: %{{http_code}}\\n' {URL}$style
ls /var/www/atlas/releases
ps -o user= -C gunicorn | sort | uniq -c
systemd-analyze verify --man=no atlas-web.service atlas-web.socket atlas-export.service \\
  atlas-check-integrity.service atlas-run@purge.service deploy/systemd/*.timer 2>&1 | grep -i atlas || echo 'verify: no word'
systemd-analyze security --no-pager atlas-web atlas-run@purge atlas-export atlas-check-integrity 2>/dev/null | grep -i 'overall'
nginx -t 2>&1
for unit in deploy/systemd/*; do cmp "$unit" "/etc/systemd/system/$(basename "$unit")"; done
sed 's/atlas[.]example[.]org/{HOST}/' deploy/nginx/atlas.conf | cmp - /etc/nginx/sites-available/atlas.conf
# No timer starts a command that this state of the program has not.
for timer in $(systemctl list-timers --plain --no-legend 'atlas-*' | grep --only-matching 'atlas-[a-z-]*[.]timer'); do
  test -e "deploy/systemd/$timer" || {{ echo "$timer is not of this state"; exit 1; }}
done
"""
VERSIONS = """
. /etc/os-release; echo "$PRETTY_NAME $(cat /etc/debian_version)"
systemctl --version | head -n 1; nginx -v 2>&1; python3 --version; psql --version
"""
VERIFY = """
cd /srv/atlas
for folder in /var/www/atlas/releases/atlas-*; do python3 scripts/verify_dump.py $folder; done
"""
CHECKS = "cd /srv/atlas; runuser -u atlas -- .venv/bin/python manage.py check --deploy --fail-level WARNING"
BACKUP = '"$(ls -t /var/backups/atlas/*.dump | head -n 1)"'


def settled(settings: list[str]) -> str:
    """After an upgrade from an older state: the check names what is missing; with these lines where none was, it is silent."""
    added = [f"grep --quiet '^{line.partition('=')[0]}=' $file || echo '{line}' >> $file" for line in settings]
    told = CHECKS.replace("--fail-level WARNING", "")
    return "\n".join([told, "file=/etc/atlas/atlas.env", *added, "systemctl restart atlas-web", CHECKS])
