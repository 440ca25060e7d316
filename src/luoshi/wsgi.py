"""The web application as WSGI; loaded once in every web process."""

import gc
import os
import signal

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from luoshi.serve.body import OneThread
from luoshi.serve.lifeline import end_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "luoshi.settings")
end_with_parent(signal.SIGKILL)
application = OneThread(get_wsgi_application(), settings.BODY_MOST)
# what was loaded lives as long as the process: no collection need look at it again
gc.collect()
gc.freeze()
gc.set_threshold(10_000, 20, 20)
