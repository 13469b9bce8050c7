"""The 《服务工作简报》: its figures, its words, its charts, its pages (S22; GB/T 9704-2012)."""
