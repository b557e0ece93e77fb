#!/bin/sh
# The browser and the fonts that some tests need come from the system's packages. As root they are installed here;
# otherwise the command is printed, and the tests that need them say so and are skipped (with CI=true they fail).
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qiE 'noto ?(sans|serif) ?cjk|wqy|droid sans fallback' || missing="$missing fonts-noto-cjk fontconfig"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
  echo "Some tests need:$missing"
  echo "Install them with:  sudo apt-get install -y$missing"
fi
